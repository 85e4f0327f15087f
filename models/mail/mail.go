// Package mail hands single messages over to a mail server. It knows nothing of
// whom they are for and when.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Message is one plain text to one person.
type Message struct {
	ID      string // of letters, digits and hyphens; the same for each try
	Name    string // of the sender
	To      string // the bare address
	Subject string
	Body    string
}

// Server is a mail server that takes messages from the practice.
type Server struct {
	host, from, domain string
	options            []gomail.Option
}

// ErrRefused says that the server will not take a message, now or later.
var ErrRefused = errors.New("the mail server refuses this message")

// ErrUnheard says that the server was sent all of a message and was not heard to
// take it.
var ErrUnheard = errors.New("the mail server was not heard to take this message")

// handOver is the longest that handing over one message may take.
const handOver = 30 * time.Second

// NewServer reads the address of a mail server, such as
// smtp://name:passphrase@mail.example.org:587, and of the sender. smtp is
// STARTTLS, without which nothing is sent but to this machine itself; smtps is TLS
// from the beginning.
func NewServer(address, from string) (*Server, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("give a mail server as smtp://name:passphrase@mail.example.org:587")
	}
	if from, err = ParseAddress(from); err != nil {
		return nil, errors.New("name the address that messages come from, such as office@example.org")
	}
	s := &Server{host: u.Hostname(), from: from, domain: from[strings.LastIndexByte(from, '@')+1:]}
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, errors.New("give the port of the mail server as a number")
		}
	}
	s.options = []gomail.Option{gomail.WithPort(port), gomail.WithTimeout(handOver), gomail.WithHELO(s.domain),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}), gomail.WithoutNoop()}
	switch {
	case u.Scheme == "smtps":
		s.options = append(s.options, gomail.WithSSL())
	case isHere(s.host):
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		s.options = append(s.options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if u.User != nil {
		passphrase, _ := u.User.Password()
		s.options = append(s.options, gomail.WithUsername(u.User.Username()), gomail.WithPassword(passphrase), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	_, err = gomail.NewClient(s.host, s.options...)
	return s, err
}

func isHere(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ParseAddress gives a bare mail address as it was typed, without spaces around
// it. Only one of plain characters is taken, since it goes into the head of a
// message.
func ParseAddress(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	a, err := netmail.ParseAddress(typed)
	plain := strings.IndexFunc(typed, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"(),:;<>[\]`, r) }) < 0
	if err != nil || a.Address != typed || !plain || len(typed) > 200 {
		return "", errors.New("not a mail address")
	}
	return typed, nil
}

// Send hands a message over. handing is called once, when all is said but the end
// of the message: the server keeps nothing before that end, and may keep the
// message from there on. An error of handing breaks the sending off. The error is
// ErrRefused when another try is of no use, and ErrUnheard when the server may have
// the message.
func (s *Server) Send(ctx context.Context, m Message, handing func() error) error {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithCharset(gomail.CharsetUTF8))
	err := errors.Join(msg.From((&netmail.Address{Name: m.Name, Address: s.from}).String()), msg.To(m.To))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	msg.Subject(m.Subject)
	msg.SetDate()
	msg.SetMessageIDWithValue(m.ID + "@" + s.domain)
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	handed := false
	msg.SetBodyWriter(gomail.TypeTextPlain, func(w io.Writer) (int64, error) {
		n, err := io.WriteString(w, m.Body+"\r\n")
		if err == nil {
			err = handing()
			handed = err == nil
		}
		return int64(n), err
	})
	client, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, handOver)
	defer cancel()
	if err := client.DialWithContext(ctx); err != nil {
		return err
	}
	err = client.Send(msg)
	_ = client.Close() // the message is taken by then, or is not
	if msg.IsDelivered() {
		return nil
	}
	var failed *gomail.SendError
	isFailed := errors.As(err, &failed)
	switch {
	case isFailed && failed.ErrorCode() >= 500:
		return fmt.Errorf("%w: %w", ErrRefused, err)
	case handed && !(isFailed && failed.ErrorCode() >= 400):
		return fmt.Errorf("%w: %w", ErrUnheard, err)
	}
	return err
}
