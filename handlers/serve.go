package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"
)

// stopLimit is how long requests that run may take to finish at the end.
const stopLimit = 10 * time.Second

// mostConnections is how many are held at once; further ones wait.
const mostConnections = 1000

// Serve answers what comes in by l until ctx ends, and then finishes what it
// has begun. It ends by itself, with an error, when the disk has failed.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	server := a.server()
	done := make(chan error, 1)
	go func() { done <- server.Serve(netutil.LimitListener(l, mostConnections)) }()
	var failed error
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	case <-a.db.Failed():
		failed = fmt.Errorf("the disk has failed: nothing is written any more, and the program ends to be started anew: %w", a.db.Failure())
		a.log.Error("ALERT", "err", failed)
	}
	stopping, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		return errors.Join(failed, fmt.Errorf("stop: %w", err))
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return failed
}

// server gives a server for the app with every time-out set.
func (a *App) server() *http.Server {
	return &http.Server{
		Handler:           a,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       14 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
}
