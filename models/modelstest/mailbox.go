package modelstest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	enoughmail "enough/models/mail"
)

// Mailbox is a mail server that keeps what it is sent.
type Mailbox struct {
	mu       sync.Mutex
	address  string
	answer   string // to the end of a message; empty for “taken”
	hangUp   bool   // at the end of a message, which is taken, without an answer
	received []*Letter
}

// Letter is one message as it came.
type Letter struct {
	From, To string // of the envelope
	Head     mail.Header
	Body     string
}

// NewMailbox opens a mail server for a test.
func NewMailbox(t testing.TB) *Mailbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	m := &Mailbox{address: l.Addr().String()}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go m.talk(c)
		}
	}()
	return m
}

// Address is where it listens.
func (m *Mailbox) Address() string { return m.address }

// Server is the way to it.
func (m *Mailbox) Server(t testing.TB) *enoughmail.Server {
	t.Helper()
	s, err := enoughmail.NewServer("smtp://"+m.address, "office@example.org")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Answers sets what the end of a message is answered with, such as “451 later”;
// empty is that it is taken.
func (m *Mailbox) Answers(line string) { m.mu.Lock(); m.answer = line; m.mu.Unlock() }

// HangsUp lets it take each message and end the conversation without saying so.
func (m *Mailbox) HangsUp(yes bool) { m.mu.Lock(); m.hangUp = yes; m.mu.Unlock() }

// Received lists what came, in order.
func (m *Mailbox) Received() []*Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]*Letter(nil), m.received...)
}

func (m *Mailbox) talk(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	say := func(s string) { fmt.Fprintf(c, "%s\r\n", s) }
	say("220 mailbox")
	letter := &Letter{}
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimSpace(line)
		switch verb, rest, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
		case "MAIL":
			letter = &Letter{From: rest}
			say("250 ok")
		case "RCPT":
			letter.To = strings.Trim(strings.TrimPrefix(rest, "TO:"), "<>")
			say("250 ok")
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for {
				line, err := r.ReadString('\n')
				if err != nil {
					return // broken off: nothing is kept
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(strings.TrimPrefix(line, "."))
			}
			m.mu.Lock()
			answer, hangUp := m.answer, m.hangUp
			if answer == "" {
				if parsed, err := mail.ReadMessage(strings.NewReader(text.String())); err == nil {
					body, _ := io.ReadAll(parsed.Body)
					letter.Head, letter.Body = parsed.Header, string(body)
				}
				m.received = append(m.received, letter)
				answer = "250 taken"
			}
			m.mu.Unlock()
			if hangUp {
				return
			}
			say(answer)
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}
