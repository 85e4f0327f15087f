package models

import (
	"context"
	"database/sql"
	"sync"
)

// statements keeps the statements that were read with before, so that each
// connection prepares them once: SQLite takes longer to read the text of most
// statements than to answer them. There are as many as the program has texts.
type statements struct {
	mu   sync.Mutex
	kept map[asked]*sql.Stmt
}

// asked is the text of a statement with the pool that was asked.
type asked struct {
	pool  *sql.DB
	query string
}

func (s *statements) find(a asked) *sql.Stmt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[a]
}

// keep prepares statements for the next time. It may wait for a connection, so
// its caller must hold none. One that cannot be prepared is read anew each time.
func (s *statements) keep(ctx context.Context, list []asked) {
	for _, a := range list {
		stmt, err := a.pool.PrepareContext(ctx, a.query)
		if err != nil {
			continue
		}
		s.mu.Lock()
		before := s.kept[a]
		if before == nil {
			if s.kept == nil {
				s.kept = map[asked]*sql.Stmt{}
			}
			s.kept[a] = stmt
		}
		s.mu.Unlock()
		if before != nil { // somebody else was first
			_ = stmt.Close()
		}
	}
}
