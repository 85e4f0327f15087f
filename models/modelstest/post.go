package modelstest

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/mail"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	enoughmail "enough/models/mail"
)

// Post is a mail server that keeps what it is sent: Mailpit where it is on the
// path, and else one of the tests' own.
type Post struct {
	Address string // host:port
	web     string // of Mailpit
	box     *Mailbox
}

// NewPost starts it. Without Mailpit the test fails when ENOUGH_MAILPIT is
// “required”.
func NewPost(t testing.TB) *Post {
	t.Helper()
	bin, err := exec.LookPath("mailpit")
	if err != nil {
		if os.Getenv("ENOUGH_MAILPIT") == "required" {
			t.Fatal("ENOUGH_MAILPIT=required, and there is no mailpit")
		}
		t.Log("there is no mailpit here: the tests’ own mail server takes its place")
		box := NewMailbox(t)
		return &Post{Address: box.address, box: box}
	}
	p := &Post{Address: FreeAddress(t), web: FreeAddress(t)}
	cmd := exec.Command(bin, "--smtp", p.Address, "--listen", p.web, "--disable-version-check", "--database", filepath.Join(t.TempDir(), "mail.db"))
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		c, err := textproto.Dial("tcp", p.Address)
		if err == nil {
			_ = c.Close()
			return p
		}
		if time.Now().After(end) {
			t.Fatal("mailpit does not answer")
		}
	}
}

// FreeAddress gives an address of this machine that nobody listens on now.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

// Server is the way to it.
func (p *Post) Server(t testing.TB) *enoughmail.Server {
	t.Helper()
	s, err := enoughmail.NewServer("smtp://"+p.Address, "office@example.org")
	must(t, err)
	return s
}

// IDs says how often each message came, by its Message-ID.
func (p *Post) IDs(t testing.TB) map[string]int {
	t.Helper()
	came := map[string]int{}
	if p.box != nil {
		for _, l := range p.box.Received() {
			came[l.Head.Get("Message-Id")]++
		}
		return came
	}
	for _, m := range p.list(t) {
		came["<"+m.MessageID+">"]++
	}
	return came
}

// Letters lists what came, in order.
func (p *Post) Letters(t testing.TB) (letters []*Letter) {
	t.Helper()
	if p.box != nil {
		return p.box.Received()
	}
	list := p.list(t)
	for i := range list { // the newest is the first
		m := list[len(list)-1-i]
		parsed, err := mail.ReadMessage(p.get(t, "message/"+m.ID+"/raw"))
		must(t, err)
		body, err := io.ReadAll(parsed.Body)
		must(t, err)
		letters = append(letters, &Letter{To: m.To[0].Address, Head: parsed.Header, Body: string(body)})
	}
	return letters
}

type listed struct {
	ID, MessageID string
	To            []struct{ Address string }
}

func (p *Post) list(t testing.TB) []listed {
	t.Helper()
	var all struct{ Messages []listed }
	must(t, json.NewDecoder(p.get(t, "messages?limit=100000")).Decode(&all))
	return all.Messages
}

func (p *Post) get(t testing.TB, what string) io.Reader {
	t.Helper()
	res, err := http.Get("http://" + p.web + "/api/v1/" + what)
	must(t, err)
	t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		t.Fatal(fmt.Sprint("mailpit answers ", res.Status))
	}
	return res.Body
}
