package models

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"enough/models/seal"
)

// Options say where the database lies and what time it is.
type Options struct {
	// File is the database file. Its folder must exist.
	File string
	// Key is the file of the master key, outside the folder of the database;
	// empty is the one that [KeyFile] gives. A new practice makes it.
	Key string
	// Now is the clock; nil is the real one.
	Now func() time.Time
	// CheapPassphrases hashes passphrases at the least cost. Only for a
	// practice that is thrown away: the demo and tests.
	CheapPassphrases bool
	// OneFactor lets a therapist in with her passphrase alone. Only for a practice
	// that is thrown away.
	OneFactor bool
	// Site is the address under which people reach the practice, as messages name
	// it; without a slash at its end.
	Site string
	// Backups say where backups are kept, and who can open them.
	Backups Backups
}

// DB is the practice's database: one writer, a pool of readers for therapist
// and partner, and a pool for the client that can read nothing sealed.
type DB struct {
	writer  *sql.DB
	hasty   *sql.DB // writes what need not outlast a power cut
	readers *sql.DB
	client  *sql.DB
	known   statements // of the two reading pools
	keys    keys
	held    *os.File // the folder, shared with other programs
	file    string
	site    string
	backups Backups
	now     func() time.Time
	hashing hashCost
	// oneFactor is Options.OneFactor.
	oneFactor  bool
	tries      attempts
	idle       idle
	disk       failing
	refused    refusals
	challenges challenges
}

// writeLimit is the longest that a write may take, from its first statement to
// its commit.
const writeLimit = 10 * time.Second

// readLimit is the longest that a reader may hold on to one state of the
// database. While it does, the write-ahead log grows with every write.
const readLimit = 30 * time.Second

// Open opens the database, makes it when there is none, and brings its schema
// up to date. It refuses a database that is damaged or that a newer program has
// written, and leaves it as it is.
func Open(o Options) (*DB, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	file, err := filepath.Abs(o.File)
	if err != nil {
		return nil, err
	}
	db := &DB{file: file, now: o.Now, hashing: fullCost, disk: failing{failed: make(chan struct{})}, backups: o.Backups, oneFactor: o.OneFactor, site: strings.TrimSuffix(o.Site, "/")}
	if o.CheapPassphrases {
		db.hashing = cheapCost
	}
	db.backups.Dir = o.Backups.of(file)
	ctx := context.Background()
	if err := db.keys.find(file, o.Key); err != nil {
		return nil, err
	}
	fresh, err := admit(ctx, file)
	keyed := false
	switch {
	case err == nil && fresh:
		err = db.create(ctx, file)
	case err == nil:
		keyed, err = db.openKeys(ctx, file)
	}
	if err == nil {
		err = os.Chmod(file, 0o600)
	}
	if err != nil {
		return nil, err
	}
	db.writer = openPool(file, 1, nil, "_txlock", "immediate")
	// What a program before this one left in the log may be in the memory of the
	// system alone: it is written anew before anything is added to it.
	if err := errors.Join(db.migrate(ctx, file), db.fold(ctx)); err != nil {
		return nil, errors.Join(err, db.writer.Close())
	}
	if keyed {
		err = db.finishErasures(ctx)
	} else {
		err = db.makeKeys(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.writer.Close())
	}
	db.hasty = openPool(file, 1, nil, "_txlock", "immediate")
	db.readers = openPool(file, 4, nil, "_query_only", "1")
	db.client = openPool(file, 4, clientAuthorizer, "_query_only", "1")
	for _, pool := range []*sql.DB{db.readers, db.client} {
		if err := pool.Ping(); err != nil {
			return nil, errors.Join(fmt.Errorf("open database: %w", err), db.Close())
		}
	}
	// SQLite makes its log's name last too, but says nothing when that fails.
	if err := seal.SyncFolder(filepath.Dir(file)); err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), db.Close())
	}
	if db.held, err = hold(filepath.Dir(file)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Close folds the write-ahead log back into the file and closes all
// connections. After the disk has failed it does neither, since that would be
// to rely on it once more: the program is to end.
func (db *DB) Close() error {
	if db.Failure() == nil && db.client != nil {
		_ = db.fold(context.Background()) // what cannot be folded stays in the log
	}
	if db.Failure() != nil {
		return nil
	}
	var errs []error
	for _, pool := range []*sql.DB{db.client, db.readers, db.hasty, db.writer} {
		if pool != nil {
			errs = append(errs, pool.Close())
		}
	}
	if db.held != nil {
		_ = db.held.Close() // closed before, when the database was
	}
	return errors.Join(errs...)
}

// Ping says whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.readers.PingContext(ctx) }

// Now is the current instant by the practice's clock, in UTC.
func (db *DB) Now() time.Time { return db.now().UTC() }

// tx is one transaction. now is the same for all that is written in it.
type tx struct {
	*sql.Tx
	now    time.Time
	keys   *keys
	failed error
	pool   *sql.DB     // that is read from
	known  *statements // nil while writing
	unread []asked     // what was not known

	oneFactor        bool // of the practice
	changed, audited bool // rows of any table; rows of the audit
	looking          bool // its act is to read
}

// QueryContext asks with a prepared statement where there is one.
func (t *tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt := t.prepared(query); stmt != nil {
		return t.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	}
	return t.Tx.QueryContext(ctx, query, args...)
}

// QueryRowContext is QueryContext for one row.
func (t *tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt := t.prepared(query); stmt != nil {
		return t.StmtContext(ctx, stmt).QueryRowContext(ctx, args...)
	}
	return t.Tx.QueryRowContext(ctx, query, args...)
}

// prepared is nil for a statement that is not known, or on writing.
func (t *tx) prepared(query string) *sql.Stmt {
	if t.known == nil {
		return nil
	}
	a := asked{t.pool, query}
	stmt := t.known.find(a)
	if stmt == nil {
		t.unread = append(t.unread, a)
	}
	return stmt
}

// ExecContext runs a statement unless one before it failed. On a full disk
// SQLite rolls a transaction back by itself, and what came after would be kept
// on its own.
func (t *tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if t.failed != nil {
		return nil, t.failed
	}
	res, err := t.Tx.ExecContext(ctx, query, args...)
	if t.failed = err; err == nil {
		n, _ := res.RowsAffected()
		t.changed = t.changed || n > 0
	}
	return res, err
}

// writing says whether this is the writing transaction, and of an act that
// writes.
func (t *tx) writing() bool { return t.known == nil && !t.looking }

// stamp is the instant of the transaction as the database keeps it.
func (t *tx) stamp() string { return stamp(t.now) }

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// instant scans a stamp.
type instant time.Time

func (i *instant) Scan(from any) error {
	at, err := time.Parse(time.RFC3339, fmt.Sprint(from))
	if err != nil {
		return errors.New("this is no instant") // what it is instead may be anybody's text
	}
	*i = instant(at)
	return nil
}

// write runs fn in the one writing transaction and commits it. What fn returns
// is final: on an error nothing is kept. A request that is cancelled does not
// stop a write that has begun, so that a phone which loses its signal after
// sending is still served. fn must not call write or read. A change without a
// row in the audit is a fault of ours and is not kept.
func (db *DB) write(ctx context.Context, fn func(context.Context, *tx) error) error {
	return db.writeUnaudited(ctx, func(ctx context.Context, t *tx) error {
		if err := fn(ctx, t); err != nil {
			return err
		}
		if t.changed && !t.audited && t.failed == nil {
			return errors.New("something was changed without a row in the audit")
		}
		return nil
	})
}

// writeUnaudited is write for what is nobody's act: the schema, the first keys,
// and which page a visit shows.
func (db *DB) writeUnaudited(ctx context.Context, fn func(context.Context, *tx) error) error {
	if err := db.Failure(); err != nil {
		return unavailable(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	t, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return unavailable(db.note(err))
	}
	return db.carryOut(ctx, t, fn)
}

// writeHastily is writeUnaudited without waiting for the disk. What it writes is
// there when the program is killed, and may not be after a power cut.
func (db *DB) writeHastily(ctx context.Context, fn func(context.Context, *tx) error) error {
	if err := db.Failure(); err != nil {
		return unavailable(err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeLimit)
	defer cancel()
	conn, err := db.hasty.Conn(ctx)
	if err != nil {
		return unavailable(db.note(err))
	}
	defer conn.Close()
	// Nobody else has this connection.
	if _, err := conn.ExecContext(ctx, `PRAGMA synchronous = NORMAL`); err != nil {
		return unavailable(db.note(err))
	}
	t, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return unavailable(db.note(err))
	}
	return db.carryOut(ctx, t, fn)
}

func (db *DB) carryOut(ctx context.Context, t *sql.Tx, fn func(context.Context, *tx) error) error {
	in := &tx{Tx: t, now: db.Now(), keys: &db.keys, oneFactor: db.oneFactor}
	if err := fn(ctx, in); err != nil || in.failed != nil {
		if err == nil {
			err = in.failed
		}
		return errors.Join(unavailable(db.note(err)), ignoreDone(t.Rollback()))
	}
	return unavailable(db.note(t.Commit()))
}

// read runs fn on one snapshot of the whole database.
func (db *DB) read(ctx context.Context, fn func(context.Context, *tx) error) error {
	return db.readFrom(ctx, db.readers, fn)
}

func (db *DB) readFrom(ctx context.Context, pool *sql.DB, fn func(context.Context, *tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	t, err := pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return unavailable(db.note(err))
	}
	in := &tx{Tx: t, now: db.Now(), keys: &db.keys, pool: pool, known: &db.known, oneFactor: db.oneFactor}
	err = fn(ctx, in)
	err = errors.Join(unavailable(db.note(err)), ignoreDone(t.Rollback()))
	db.known.keep(ctx, in.unread)
	return err
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
