package proof

import (
	"bufio"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStop asks the program to end while everybody sends forms and one form has
// arrived in half: that one is read to its end, kept and answered, nothing that
// was acknowledged is lost, and one file without a log is left.
func TestStop(t *testing.T) {
	p := thePractice(t).lay(t, filepath.Join(t.TempDir(), "data"))
	program := newProgram(t, built, p.dir)
	c := newCrowd(t, p, program.addr)
	slow := p.clients[0]
	p.clients = p.clients[1:]
	c.p = p
	c.everybody()
	program.start(t)

	phone := slow.client.phone()
	page, err := phone.get(program.addr, "/week")
	must(t, err)
	var body string
	for _, s := range sheets(page.body, "/week") {
		if s.id == "checkin-form" {
			for name, value := range (fill{"done": "2", "effort": "3", "tension": "7", "forecast": "5"}) {
				s.values.Set(name, value)
			}
			body = s.values.Encode()
		}
	}
	conn, err := net.Dial("tcp", program.addr)
	must(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /week HTTP/1.1\r\nHost: x\r\nCookie: form=%s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		slow.client.token, len(body), body[:len(body)/2])
	must(t, err)
	c.let(running)
	time.Sleep(200 * time.Millisecond)
	c.halt()
	stopped := make(chan int, 1)
	var took time.Duration
	go func() {
		var status int
		status, took = program.stop(t)
		stopped <- status
	}()
	time.Sleep(300 * time.Millisecond)
	_, err = conn.Write([]byte(body[len(body)/2:]))
	must(t, err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	if res.StatusCode != http.StatusSeeOther {
		t.Errorf("the form that was on its way is answered with %s", res.Status)
	}
	if status := <-stopped; status != 0 {
		t.Errorf("ended with %d:\n%s", status, program.said)
	}
	c.let(halted)
	for _, name := range []string{"-wal", "-shm"} {
		if exists(p.file() + name) {
			t.Errorf("%s is left", name)
		}
	}
	look(t, p.file(), func(db *sql.DB) {
		f := compare(t, db, c.beliefs(true))
		f.add(sound(t, db, p.dir))
		if n := ask(t, db, `SELECT tension FROM checkins WHERE case_id = '`+slow.caseID+`'`); n != 7 || !f.clean() {
			t.Errorf("the form that was on its way: %d; %s", n, f)
		}
	})
	if strings.Contains(program.said.String(), "stop:") {
		t.Errorf("it says\n%s", program.said)
	}
	figure(t, "%d forms acknowledged before the end, which took %v; no log is left", c.sum()+1, took.Round(time.Millisecond))
}
