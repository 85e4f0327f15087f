package models

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"enough/models/mail"
)

const (
	// broken is how long one try may take before it counts as broken off.
	broken = 2 * time.Minute
	// firstWait is how long a message waits after the first try; then it is twice
	// as long each time, up to longestPause.
	firstWait    = time.Minute
	longestPause = 30 * time.Minute
	// messagesLast is for how long the outbox keeps what is settled.
	messagesLast = 30 * 24 * time.Hour
	// lookEvery is how often the outbox is looked into.
	lookEvery = 2 * time.Second
)

// enqueue puts a message into the outbox, once for each thing that it is about.
// It leaves with the transaction that it belongs to, or not at all.
func (t *tx) enqueue(ctx context.Context, kind MessageKind, personID, caseID, about, detail string, due, until time.Time) error {
	id := newID()
	_, err := t.ExecContext(ctx, `INSERT INTO messages (id, person_id, case_id, kind, about, detail, due_at, until, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (person_id, kind, about) DO NOTHING`,
		id, personID, caseID, string(kind), about, t.textsOf("messages", caseID, id).in("detail", detail), stamp(due), stamp(until), t.stamp())
	return err
}

// withdraw takes back what waits for a person.
func (t *tx) withdraw(ctx context.Context, personID string) error {
	_, err := t.ExecContext(ctx, `UPDATE messages SET state = $1, settled_at = $2, detail = x'' WHERE person_id = $3 AND settled_at IS NULL AND state = $4`,
		string(takenBack), t.stamp(), personID, string(waiting))
	return err
}

// taken is a message that was taken from the outbox to be sent.
type taken struct {
	mail.Message
	kind  MessageKind
	tries int
	until time.Time
}

// KeepPosting sends what is due until ctx ends, and once a minute puts the
// reminders into the outbox whose time has come, and looks at what was refused. Without a server it settles what
// is due as not sent. Two programs over one practice send each message once.
func (db *DB) KeepPosting(ctx context.Context, server *mail.Server, log *slog.Logger) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	var planned time.Time
	for {
		if now := db.Now().Truncate(time.Minute); now != planned {
			planned = now
			if err := db.RaiseGuessed(ctx); err != nil && ctx.Err() == nil {
				log.Error("refused passphrases could not be looked at; trying again in a minute", "error", err)
			}
			if err := db.PlanMessages(ctx); err != nil && ctx.Err() == nil {
				log.Error("reminders could not be planned; trying again in a minute", "error", err)
			}
		}
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = db.Post(ctx, server, log); err != nil && ctx.Err() == nil {
				log.Error("the outbox could not be read or written", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
}

// Post sends the message that has been due for longest. It is false when none is.
func (db *DB) Post(ctx context.Context, server *mail.Server, log *slog.Logger) (more bool, err error) {
	asked := false
	err = db.read(ctx, func(ctx context.Context, t *tx) (err error) {
		if asked, err = t.asked(ctx); err != nil {
			return err
		}
		return t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM messages WHERE settled_at IS NULL AND due_at <= $1)`, t.stamp()).Scan(&more)
	})
	if err == nil && asked {
		var unread error
		err = db.writeUnaudited(ctx, func(ctx context.Context, t *tx) (err error) {
			unread, err = t.putLinks(ctx)
			return err
		})
		if unread != nil {
			log.Error("a link that was asked for could not be read", "error", unread)
		}
		more = true
	}
	if err != nil || !more {
		return false, err
	}
	var m taken
	ok := false
	err = db.writeUnaudited(ctx, func(ctx context.Context, t *tx) (err error) {
		m, ok, err = t.take(ctx, db.site, server != nil)
		return err
	})
	if err != nil || !ok {
		return err == nil, err
	}
	failed := server.Send(ctx, m.Message, func() error {
		// The less time between this and the end of the message the better: what is
		// broken off in between is not sent.
		return db.writeHastily(ctx, func(ctx context.Context, t *tx) error { return t.handing(ctx, m) })
	})
	var state messageState
	err = db.writeUnaudited(ctx, func(ctx context.Context, t *tx) (err error) {
		state, err = t.settle(ctx, m, failed)
		return err
	})
	if failed != nil {
		log.Warn("a message was not sent", "kind", string(m.kind), "id", m.ID, "try", m.tries, "now", string(state), "error", failed)
	}
	return err == nil, err
}

// take takes the message that has been due for longest, for two minutes: who is
// broken off leaves it to others. It is false when that one was settled instead:
// nobody is there to get it, it comes too late, or there is no server. One that
// cannot be read is given up, so that it stands in nobody's way.
func (t *tx) take(ctx context.Context, site string, server bool) (m taken, ok bool, err error) {
	err = t.QueryRowContext(ctx, `SELECT id FROM messages WHERE settled_at IS NULL AND due_at <= $1 ORDER BY due_at, id LIMIT 1`, t.stamp()).Scan(&m.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	end, unread := t.compose(ctx, &m, site)
	switch {
	case unread != nil:
		end = givenUp
	case end == "" && !server:
		end = notSent
	}
	if end != "" {
		return m, false, t.end(ctx, m, end)
	}
	m.tries++
	_, err = t.ExecContext(ctx, `UPDATE messages SET state = $1, tries = $2, due_at = $3 WHERE id = $4`, string(sending), m.tries, stamp(t.now.Add(broken)), m.ID)
	return m, true, err
}

// compose reads a message and makes its text, or says how it ends unsent.
func (t *tx) compose(ctx context.Context, m *taken, site string) (end messageState, err error) {
	var caseID, person, detail string
	var state messageState
	var in bool
	x := t.texts("messages", &caseID, &m.ID)
	err = t.QueryRowContext(ctx, `SELECT m.case_id, m.person_id, m.kind, m.detail, m.state, m.tries, m.until,
			p.signin IS NOT NULL AND NOT (p.role = 'partner' AND r.policy = 'no_secrets'), r.office
		FROM messages m JOIN people p ON p.id = m.person_id JOIN practices r ON r.id = 1 WHERE m.id = $1`, m.ID).
		Scan(&caseID, &person, &m.kind, x.out("detail", &detail), &state, &m.tries, (*instant)(&m.until), &in, &m.Name)
	if err == nil {
		m.To, err = t.addressFor(ctx, m.kind, caseID, person)
	}
	m.Subject, m.Body = m.kind.text(detail, site, m.Name)
	switch {
	// A reminder twice, or out of its hour, is worse than none. A therapist who is
	// needed is rather asked twice.
	case state == handed && m.kind != RedFlagMessage:
		return unknown, err
	case !in || m.To == "":
		return takenBack, err
	case !t.now.Before(m.until):
		return givenUp, err
	}
	return "", err
}

// end settles a message. What a link holds is forgotten.
func (t *tx) end(ctx context.Context, m taken, state messageState) error {
	_, err := t.ExecContext(ctx, `UPDATE messages SET state = $1, settled_at = $2, tries = $3, detail = CASE kind WHEN 'link' THEN x'' ELSE detail END WHERE id = $4 AND settled_at IS NULL`,
		string(state), t.stamp(), m.tries, m.ID)
	return err
}

// handing keeps that the mail server has all of a message but its end. It fails
// when somebody else has taken the message since: then it must not be sent here.
func (t *tx) handing(ctx context.Context, m taken) error {
	res, err := t.ExecContext(ctx, `UPDATE messages SET state = $1 WHERE id = $2 AND state = $3 AND tries = $4 AND until > $5`, string(handed), m.ID, string(sending), m.tries, t.stamp())
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, errors.New("it is another’s to send, or comes too late"))
	}
	return nil
}

// settle keeps how a try went, and gives where the message stands.
func (t *tx) settle(ctx context.Context, m taken, failed error) (state messageState, err error) {
	var tries int
	err = t.QueryRowContext(ctx, `SELECT state, tries FROM messages WHERE id = $1`, m.ID).Scan(&state, &tries)
	if errors.Is(err, sql.ErrNoRows) { // its case was erased meanwhile
		return "", nil
	}
	if err != nil || tries != m.tries || state != sending && state != handed {
		return state, err
	}
	next := t.now.Add(min(longestPause, firstWait<<min(m.tries-1, 10)))
	switch {
	case failed == nil:
		state = sent
	case errors.Is(failed, mail.ErrUnheard) && m.kind != RedFlagMessage:
		state = unknown
	case errors.Is(failed, mail.ErrRefused) || !next.Before(m.until):
		state = givenUp
	default:
		_, err := t.ExecContext(ctx, `UPDATE messages SET state = $1, due_at = $2 WHERE id = $3`, string(waiting), stamp(next), m.ID)
		return waiting, err
	}
	return state, t.end(ctx, m, state)
}

// forgetMessages forgets what was settled long ago, and links that are over.
func (t *tx) forgetMessages(ctx context.Context) error {
	_, err1 := t.ExecContext(ctx, `DELETE FROM messages WHERE settled_at < $1`, stamp(t.now.Add(-messagesLast)))
	_, err2 := t.ExecContext(ctx, `DELETE FROM signin_links WHERE made_at < $1`, stamp(t.now.Add(-linksKept)))
	return errors.Join(err1, err2)
}
