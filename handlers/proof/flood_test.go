package proof

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"enough/handlers"
	"enough/models"
	"enough/models/modelstest"
)

// TestFlood has one page asked for by a client who is signed in, at first alone and
// then while 10,000 sign-ins a minute are tried, at the full cost of a passphrase:
// he is served, and how long it takes is measured.
func TestFlood(t *testing.T) {
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada")
	db, err := models.Open(models.Options{File: p.File, OneFactor: true})
	must(t, err)
	defer db.Close()
	token, _, err := db.StartSession(context.Background(), c.Client)
	must(t, err)
	app, err := handlers.New(handlers.Config{DB: db, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- app.Serve(ctx, l) }()
	page := "http://" + l.Addr().String() + "/plan"

	lasts := time.Duration(times(t, "ENOUGH_FLOOD", 3)) * time.Second
	alone := servedFor(t, page, token, lasts)
	stop := make(chan struct{})
	flooded := make(chan map[int]int)
	go func() { flooded <- flood("http://"+l.Addr().String()+"/signin", 10_000, stop) }()
	beside := servedFor(t, page, token, lasts)
	close(stop)
	answers := <-flooded
	for status := range answers {
		if status != http.StatusUnprocessableEntity {
			t.Errorf("of the sign-ins %d were answered with %d", answers[status], status)
		}
	}
	part := func(list []time.Duration, percent int) time.Duration {
		return list[(len(list)-1)*percent/100].Round(10 * time.Microsecond)
	}
	figure(t, "a client’s page alone: half within %v, 99 of 100 within %v; beside 10,000 sign-ins a minute: half within %v, 99 of 100 within %v (%d pages, answers to the sign-ins by status %v)",
		part(alone, 50), part(alone, 99), part(beside, 50), part(beside, 99), len(beside), answers)
	cancel()
	must(t, <-ended)
}

// servedFor asks for a page again and again, and gives how long it took, sorted.
func servedFor(t *testing.T, page, token string, lasts time.Duration) (took []time.Duration) {
	t.Helper()
	client := http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		r, err := http.NewRequest(http.MethodGet, page, nil)
		must(t, err)
		r.AddCookie(&http.Cookie{Name: "form", Value: token})
		from := time.Now()
		res, err := client.Do(r)
		must(t, err)
		body, err := io.ReadAll(res.Body)
		must(t, err)
		must(t, res.Body.Close())
		took = append(took, time.Since(from))
		if res.StatusCode != http.StatusOK {
			t.Fatalf("he is answered with %d: %s", res.StatusCode, body)
		}
	}
	slices.Sort(took)
	return took
}

// flood tries to sign in, under another name from another network each time, so many
// times a minute, and gives how often it was answered with which status.
func flood(signin string, perMinute int, stop chan struct{}) map[int]int {
	client := http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	answers := map[int]int{}
	var all sync.WaitGroup
	defer all.Wait()
	each := time.NewTicker(time.Minute / time.Duration(perMinute))
	defer each.Stop()
	for n := 0; ; n++ {
		select {
		case <-stop:
			all.Wait()
			return answers
		case <-each.C:
		}
		all.Go(func() {
			r, err := http.NewRequest(http.MethodPost, signin, strings.NewReader(url.Values{"signin": {fmt.Sprint("name", n)}, "passphrase": {"not this one"}}.Encode()))
			if err != nil {
				return
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.%d.%d.1", n/256%256, n%256))
			status := 0
			if res, err := client.Do(r); err == nil {
				status = res.StatusCode
				res.Body.Close()
			}
			mu.Lock()
			defer mu.Unlock()
			answers[status]++
		})
	}
}
