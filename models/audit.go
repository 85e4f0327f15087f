package models

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"sync"
	"time"
)

// auditRow is one line of the audit: who did what to which object, or was
// refused it. It never holds content: no name, no answer, nothing that anybody
// typed.
type auditRow struct {
	id       int64 // 1, 2, 3 … without a gap
	at       string
	personID string // empty: the program itself, or nobody known
	role     string
	action   string
	caseID   string
	objectID string
	result   string // done or refused
	request  string
	chain    []byte
}

// auditColumns are those of a row, for into.
const auditColumns = `id, at, person_id, role, action, case_id, object_id, result, request_id, chain`

func (r *auditRow) into() []any {
	return []any{&r.id, &r.at, &r.personID, &r.role, &r.action, &r.caseID, &r.objectID, &r.result, &r.request, &r.chain}
}

// beforeFirst stands for the chain before the first row.
var beforeFirst = make([]byte, sha256.Size)

// chained is what the chain of a row must be, after the row with the chain
// before. Every column goes in with its length, so that no two rows are alike
// to it.
func (r auditRow) chained(key, before []byte) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(r.id))
	for _, column := range [...]string{r.at, r.personID, r.role, r.action, r.caseID, r.objectID, r.result, r.request} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(column)))
		b = append(b, column...)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write(before)
	mac.Write(b)
	return mac.Sum(nil)
}

// audit keeps that somebody did something, in the transaction of the act
// itself: the two are kept together or not at all. v is the zero Viewer for
// what the program does by itself. caseID and objectID may be empty.
func (t *tx) audit(ctx context.Context, v Viewer, what action, caseID, objectID string) error {
	return t.addAudit(ctx, auditRow{personID: v.PersonID, role: string(v.Role), action: string(what), caseID: caseID, objectID: objectID, result: "done"})
}

// auditRefused keeps that somebody was refused something.
func (t *tx) auditRefused(ctx context.Context, v Viewer, what action, caseID, objectID string) error {
	return t.addAudit(ctx, auditRow{personID: v.PersonID, role: string(v.Role), action: string(what), caseID: caseID, objectID: objectID, result: "refused"})
}

func (t *tx) addAudit(ctx context.Context, r auditRow) error {
	before := beforeFirst
	err := t.QueryRowContext(ctx, `SELECT id, chain FROM audit ORDER BY id DESC LIMIT 1`).Scan(&r.id, &before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	r.id++
	r.at, r.request = t.stamp(), requestOf(ctx)
	_, err = t.ExecContext(ctx, `INSERT INTO audit (`+auditColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.id, r.at, r.personID, r.role, r.action, r.caseID, r.objectID, r.result, r.request, r.chained(t.keys.secret("audit").Bytes(), before))
	t.audited = t.audited || err == nil
	return err
}

// readAudited reads what is sealed for somebody who is neither the case's own
// therapist nor its partner, or what leaves the program on paper or in a file.
// fn checks access and reads, as for read, and gives the case that it read. The
// row that says so is kept in the same transaction: what was read may be shown
// only when readAudited has given no error. It is Unavailable when the row
// cannot be kept; when fn refuses, no row says that anything was read.
func (db *DB) readAudited(ctx context.Context, v Viewer, what action, objectID string, fn func(context.Context, *tx) (caseID string, err error)) error {
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		t.looking = true
		caseID, err := fn(ctx, t)
		if err != nil {
			return err
		}
		return t.audit(ctx, v, what, caseID, objectID)
	})
}

// mostRefusals is how many refusals of one session are kept in a minute, and of
// sign-ins in the whole practice: nobody fills the disk by being refused. Who
// asks for more is seen by those that are kept.
const mostRefusals = 30

// NoteRefusal keeps that a person who is signed in asked for what is not for
// her: a page of another role, or an object that is not hers or not there.
// route is the line of the route table; an id that is not one of ours, such as
// one that somebody made up, is left out.
func (db *DB) NoteRefusal(ctx context.Context, v Viewer, route, caseID, objectID string) error {
	if !db.refused.take(v.Session, db.Now()) {
		return nil
	}
	return db.write(ctx, func(ctx context.Context, t *tx) error {
		return t.auditRefused(ctx, v, action(route), ownID(caseID), ownID(objectID))
	})
}

// noteFailedSignIn keeps that a passphrase was wrong, for each person who has
// the name that was tried, and for nobody when there is none: the work is the
// same for both.
func (t *tx) noteFailedSignIn(ctx context.Context, tried map[Role]Viewer) error {
	if len(tried) == 0 {
		return t.auditRefused(ctx, Viewer{}, didSignIn, "", "")
	}
	var errs []error
	for _, v := range tried {
		errs = append(errs, t.auditRefused(ctx, v, didSignIn, "", ""))
	}
	return errors.Join(errs...)
}

// refusals counts the refusals of this minute by session.
type refusals struct {
	mu     sync.Mutex
	minute int64
	kept   map[string]int
}

// take says whether one more may be kept.
func (r *refusals) take(session string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if minute := now.Unix() / 60; r.kept == nil || r.minute != minute {
		r.minute, r.kept = minute, map[string]int{}
	}
	r.kept[session]++
	return r.kept[session] <= mostRefusals
}

type requestKey struct{}

// NewRequest gives a context whose acts carry the id of one request in the
// audit, with that id, for the log. The id is random and says nothing.
func NewRequest(ctx context.Context) (context.Context, string) {
	id := newID()
	return context.WithValue(ctx, requestKey{}, id), id
}

// requestOf is empty outside a request.
func requestOf(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
