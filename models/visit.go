package models

import (
	"context"
	"maps"
	"sync"
	"time"
)

// Visit is where a partner's visit stands. All of it has one address, so the
// session keeps which of its pages is shown there.
type Visit string

// The pages of a visit, and how one ended: with her form saved (VisitForm), with
// “Not now”, or for good.
const (
	VisitForm    Visit = "form"
	VisitOwn     Visit = "own"
	VisitShow    Visit = "show"
	VisitAbout   Visit = "about"
	VisitLater   Visit = "later"
	VisitStopped Visit = "stopped"
)

// Turn brings a partner's visit to another of its pages. It is NotFound for a
// page that there is not.
func (db *DB) Turn(ctx context.Context, v Viewer, to Visit) error {
	switch to {
	case VisitForm, VisitOwn, VisitShow, VisitAbout:
	default:
		return notFound()
	}
	return db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
		_, err := t.ExecContext(ctx, `UPDATE sessions SET visit = $1 WHERE token_hash = $2 AND ended_at IS NULL`, string(to), v.Session)
		return err
	})
}

// Postpone ends a partner's session without a form: she will come back later.
func (db *DB) Postpone(ctx context.Context, v Viewer) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error { return t.endVisit(ctx, v, VisitLater) })
}

// replayLasts is how long a form that ended its session is still recognised
// when it comes a second time.
const replayLasts = 10 * time.Minute

// signedOut is the answer to another form than the one that ended the session.
func signedOut() error {
	return &Error{Kind: Forbidden, Message: "You are signed out. What was sent before is saved; this is not."}
}

// endVisit ends the session of a form that was sent. For ten minutes the token
// is good for two things alone: to give the same form the same answer again,
// and to say once how the visit ended.
func (t *tx) endVisit(ctx context.Context, v Viewer, how Visit) error {
	res, err := t.ExecContext(ctx, `UPDATE sessions SET ended_at = $1, expires_at = $2, visit = $3, unlocked_until = NULL WHERE token_hash = $4 AND ended_at IS NULL`,
		t.stamp(), stamp(t.now.Add(replayLasts)), string(how), v.Session)
	if err != nil {
		return err
	}
	return t.auditEnd(ctx, v, res)
}

// idle remembers when each session that may not be left alone was last used. It lives in memory,
// so that looking at a page writes nothing; after a restart the time begins anew.
type idle struct {
	mu   sync.Mutex
	uses map[string]use // by session
}

type use struct {
	last time.Time
	over bool
}

// over says whether a session was left alone for too long, and otherwise notes
// that it is being used. Once over it stays over, whatever the clock does.
func (i *idle) over(session string, limit time.Duration, now time.Time) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	u, known := i.uses[session]
	if !known {
		if i.uses == nil {
			i.uses = map[string]use{}
		}
		maps.DeleteFunc(i.uses, func(_ string, u use) bool { return now.Sub(u.last) > therapistSession })
	}
	if known && (u.over || now.Sub(u.last) >= limit) {
		i.uses[session] = use{u.last, true}
		return true
	}
	i.uses[session] = use{last: now}
	return false
}
