package models

import (
	"maps"
	"math"
	"slices"
	"strings"
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
	networkFree = 50 // of a network, behind which a house full of people may be
	longestWait = time.Minute
	forgetAfter = 24 * time.Hour
	mostNames   = 10_000 // with more names than that it forgets some
)

// networkTries is how the name of a network begins among the names.
const networkTries = "network "

// free is how many wrong tries in a row a name has before it waits.
func free(name string) int {
	if strings.HasPrefix(name, networkTries) {
		return networkFree
	}
	return freeTries
}

// wait says how long a name must still wait at an instant.
func (a *attempts) wait(name string, now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.failed[name]
	if f.count < free(name) || now.Sub(f.last) > forgetAfter {
		return 0
	}
	if f.last.After(now) { // the clock was set back: the wait begins anew
		f.last = now
		a.failed[name] = f
	}
	delay := min(longestWait, time.Duration(math.Pow(2, float64(f.count-free(name))))*time.Second)
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
	if a.failed == nil {
		a.failed = map[string]attempt{}
	}
	if len(a.failed) >= mostNames {
		a.makeRoom(now)
	}
	a.failed[name] = attempt{min(f.count+1, 100), now}
}

// makeRoom forgets names that nobody waits for. Whoever tries many names cannot
// make it forget one that must wait, unless all of them must.
func (a *attempts) makeRoom(now time.Time) {
	maps.DeleteFunc(a.failed, func(name string, f attempt) bool { return f.count < free(name) || now.Sub(f.last) > forgetAfter })
	if len(a.failed) >= mostNames {
		a.failed = map[string]attempt{}
	}
}

// guess checks a passphrase at the pace of all that it counts for, such as its
// name and the network that it comes from: check says whether it is right, wrong is
// the sentence when it is not. One that must wait gets the same answer after the
// same work, whatever it is: how often a name was tried, and that its owner came in
// meanwhile, is for nobody else to see.
func (db *DB) guess(counted []string, wrong string, check func() bool) error {
	waits := slices.ContainsFunc(counted, func(name string) bool { return db.tries.wait(name, db.Now()) > 0 })
	right := check()
	for _, name := range counted {
		if !waits {
			db.tries.note(name, right, db.Now())
		}
	}
	if waits || !right {
		return invalid("passphrase", wrong)
	}
	return nil
}
