package proof

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMalformed sends what no browser sends: it is refused, keeps nothing, and
// takes no room.
func TestMalformed(t *testing.T) {
	p := thePractice(t).lay(t, filepath.Join(t.TempDir(), "data"))
	program := newProgram(t, built, p.dir)
	program.env = []string{"ENOUGH_BACKUPS=none"}
	program.start(t)
	form := weekly(t, program, p.clients[0])
	with := func(name, value string) string {
		v := url.Values{}
		for key, values := range form {
			v[key] = values
		}
		v.Set(name, value)
		return v.Encode()
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(bytes.Repeat([]byte("tension=3&"), 1<<20))
	must(t, z.Close())
	const kind = "Content-Type: application/x-www-form-urlencoded\r\n"
	cases := []struct {
		name, head, body string
		endless          bool
	}{
		{"10 GB in chunks", kind + "Transfer-Encoding: chunked\r\n", "", true},
		{"64 KiB and a byte", kind, with("note", strings.Repeat("a", 64<<10)), false},
		{"10,001 fields", kind, form.Encode() + strings.Repeat("&a=1", 10_001), false},
		{"10,001 fields of other names", kind, form.Encode() + many(10_001), false},
		{"a field twice", kind, form.Encode() + "&tension=9", false},
		{"NUL", kind, with("note", "a\x00b"), false},
		{"no UTF-8", kind, with("note", "a\xff\xfeb"), false},
		{"a head of 1 MB", kind + "X-Long: " + strings.Repeat("a", 1<<20) + "\r\n", form.Encode(), false},
		{"multipart", "Content-Type: multipart/form-data; boundary=x\r\n", "--x\r\nContent-Disposition: form-data; name=\"tension\"\r\n\r\n3\r\n--x--\r\n", false},
		{"JSON", "Content-Type: application/json\r\n", `{"tension":3}`, false},
		{"packed", kind + "Content-Encoding: gzip\r\n", packed.String(), false},
		{"a number of 60,000 digits", kind, with("tension", strings.Repeat("9", 60_000)), false},
		{"NaN", kind, with("tension", "NaN"), false}, {"minus nought", kind, with("tension", "-0"), false}, {"1e309", kind, with("tension", "1e309"), false},
		{"two lengths", kind + "Content-Length: 3\r\nContent-Length: 4\r\n", "", false},
		{"a length below nought", kind + "Content-Length: -1\r\n", "", false},
	}
	statuses := []int{400, 413, 415, 422, 431}
	var before, after string
	look(t, p.file(), func(db *sql.DB) { before = counts(t, db) })
	answers := map[int]int{}
	room := resident(t, program, "VmRSS")
	for _, c := range cases {
		status, sent := raw(t, program.addr, p.clients[0].client.token, c.head, c.body, c.endless)
		if !slices.Contains(statuses, status) {
			t.Errorf("%s: %d, after %d bytes", c.name, status, sent)
		}
		answers[status]++
	}
	grown := resident(t, program, "VmHWM") - room
	look(t, p.file(), func(db *sql.DB) { after = counts(t, db) })
	if before != after {
		t.Errorf("something was kept:\n%s\n%s", before, after)
	}
	if grown >= 32<<10 {
		t.Errorf("the program has grown by %d KiB", grown)
	}
	if got, err := p.clients[0].client.phone().post(program.addr, "/week", form); err != nil || !got.acknowledged() {
		t.Errorf("the form as it should be: %v, %s", err, got)
	}
	figure(t, "%d kinds of what no browser sends: refused (status:kinds %v), no row kept, %.1f MiB more at most", len(cases), answers, float64(grown)/1024)
}

// weekly gives the client's form of the week, filled in.
func weekly(t *testing.T, program *program, c couple) url.Values {
	t.Helper()
	page, err := c.client.phone().get(program.addr, "/week")
	must(t, err)
	for _, s := range sheets(page.body, "/week") {
		if s.id == "checkin-form" {
			for name, value := range (fill{"done": "2", "effort": "3", "tension": "7", "forecast": "5"}) {
				s.values.Set(name, value)
			}
			return s.values
		}
	}
	t.Fatalf("no form: %s", page)
	return nil
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "&%d", i)
	}
	return b.String()
}

// raw sends one request as it stands and gives the status of the answer.
func raw(t *testing.T, addr, token, head, body string, endless bool) (status int, sent int64) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	text := "POST /week HTTP/1.1\r\nHost: x\r\nCookie: form=" + token + "\r\n" + head
	if !strings.Contains(head, "Content-Length") && !endless {
		text += fmt.Sprintf("Content-Length: %d\r\n", len(body))
	}
	done := make(chan int, 1)
	go func() {
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			done <- -1
			return
		}
		done <- res.StatusCode
	}()
	n, _ := io.WriteString(conn, text+"\r\n"+body)
	sent = int64(n)
	chunk := "10000\r\n" + strings.Repeat("a", 1<<16) + "\r\n"
	for endless && sent < 10<<30 {
		n, err := io.WriteString(conn, chunk)
		if sent += int64(n); err != nil {
			break
		}
	}
	return <-done, sent
}

// counts lists how many rows each table has.
func counts(t *testing.T, db *sql.DB) (text string) {
	t.Helper()
	rows, err := db.Query(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1`)
	must(t, err)
	var tables []string
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		tables = append(tables, name)
	}
	must(t, rows.Close())
	for _, name := range tables {
		text += fmt.Sprint(name, " ", ask(t, db, `SELECT count(*) FROM "`+name+`"`), "\n")
	}
	return text
}

// resident reads how much memory a program has, in KiB: VmRSS now, VmHWM at most.
func resident(t *testing.T, p *program, what string) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Logf("not measured: %v", err)
		return 0
	}
	m := regexp.MustCompile(what + `:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		t.Fatalf("%s has no %s", text, what)
	}
	n, err := strconv.Atoi(string(m[1]))
	must(t, err)
	return n
}
