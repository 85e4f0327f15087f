package models

import (
	"math"
	"sync"
	"time"
)

// attempts slows down guessing. After freeTries wrong passphrases in a row for
// one name, each further one makes the next wait longer, up to a minute. Nobody
// is ever locked out by it. It lives in memory: a restart forgets it.
type attempts struct {
	mu     sync.Mutex
	failed map[string]attempt
}

type attempt struct {
	count int
	last  time.Time
}

const (
	freeTries   = 5
	longestWait = time.Minute
	forgetAfter = 24 * time.Hour
	mostNames   = 10_000 // with more names than that it starts anew
)

// wait says how long a name must still wait at an instant.
func (a *attempts) wait(name string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.failed[name]
	if f.count < freeTries || now.Sub(f.last) > forgetAfter {
		return 0
	}
	if f.last.After(now) { // the clock was set back: the wait begins anew
		f.last = now
		a.failed[name] = f
	}
	delay := min(longestWait, time.Duration(math.Pow(2, float64(f.count-freeTries)))*time.Second)
	return max(0, f.last.Add(delay).Sub(now))
}

// note keeps how an attempt went.
func (a *attempts) note(name string, right bool, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if right {
		delete(a.failed, name)
		return
	}
	f := a.failed[name]
	if now.Sub(f.last) > forgetAfter {
		f.count = 0
	}
	if a.failed == nil || len(a.failed) >= mostNames {
		a.failed = map[string]attempt{}
	}
	a.failed[name] = attempt{min(f.count+1, 40), now}
}

// guess checks a passphrase at the pace of its name: check says whether it is
// right, wrong is the sentence when it is not. One that must wait gets the same
// answer after the same work, whatever it is: how often a name was tried, and
// that its owner came in meanwhile, is for nobody else to see.
func (db *DB) guess(name, wrong string, check func() bool) error {
	waits := db.tries.wait(name, db.Now()) > 0
	right := check()
	if !waits {
		db.tries.note(name, right, db.Now())
	}
	if waits || !right {
		return invalid("passphrase", wrong)
	}
	return nil
}
