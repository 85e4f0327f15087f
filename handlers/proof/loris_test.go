package proof

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"enough/handlers"
	"enough/models/modelstest"
)

// TestSlowLoris opens hundreds of connections that send one byte a second, of a
// head or of a form: each is closed before long, others are served meanwhile, and
// nothing is left behind.
func TestSlowLoris(t *testing.T) {
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada")
	token, _, err := p.StartSession(context.Background(), c.Client)
	must(t, err)
	app, err := handlers.New(handlers.Config{DB: p.DB, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Serve(ctx, l) }()
	_, err = http.Get("http://" + l.Addr().String() + "/healthz")
	must(t, err)
	http.DefaultClient.CloseIdleConnections()
	time.Sleep(50 * time.Millisecond)
	before := runtime.NumGoroutine()

	const heads, bodies = 500, 200
	var all sync.WaitGroup
	lasted := make([]time.Duration, heads+bodies)
	for i := range lasted {
		text := "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + string(make([]byte, 100))
		if i >= heads {
			text = fmt.Sprintf("POST /week HTTP/1.1\r\nHost: x\r\nCookie: form=%s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n", token)
		}
		all.Go(func() { lasted[i] = dribble(t, l.Addr().String(), text, i >= heads) })
	}
	others := make(chan []time.Duration)
	slow := make(chan struct{})
	go func() { others <- meanwhile(t, l.Addr().String(), slow) }()
	all.Wait()
	close(slow)
	took := <-others
	slices.Sort(took)
	for i, d := range lasted {
		if d > 15*time.Second {
			t.Errorf("connection %d was held for %v", i, d)
		}
	}
	after := 0
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if after = runtime.NumGoroutine(); after <= before+5 {
			break
		}
	}
	if after > before+5 {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
	figure(t, "%d slow heads closed within %v, %d slow forms within %v; %d others served meanwhile, half within %v, 99 of 100 within %v; goroutines %d before, %d after",
		heads, slices.Max(lasted[:heads]).Round(time.Millisecond), bodies, slices.Max(lasted[heads:]).Round(time.Millisecond),
		len(took), took[len(took)/2].Round(time.Millisecond), took[len(took)*99/100].Round(time.Millisecond), before, after)
	cancel()
	must(t, <-ended)
}

// dribble sends the beginning at once, if it is whole, and then one byte a second
// until it is cut off. It gives how long that took.
func dribble(t *testing.T, addr, text string, whole bool) time.Duration {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer conn.Close()
	from := time.Now()
	if whole {
		if _, err := io.WriteString(conn, text); err != nil {
			t.Error(err)
			return 0
		}
		text = string(slices.Repeat([]byte("a"), 1000))
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, conn) // until the other side closes
	}()
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for i := range len(text) {
		select {
		case <-done:
			return time.Since(from)
		case <-every.C:
			_, _ = io.WriteString(conn, text[i:i+1])
		}
	}
	return time.Since(from)
}

// meanwhile asks as anybody else would, until the slow ones are gone.
func meanwhile(t *testing.T, addr string, until chan struct{}) (took []time.Duration) {
	client := http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for {
		from := time.Now()
		res, err := client.Get("http://" + addr + "/signin")
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("somebody is not served: %v", err)
		} else {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
		}
		took = append(took, time.Since(from))
		select {
		case <-until:
			return took
		case <-time.After(20 * time.Millisecond):
		}
	}
}
