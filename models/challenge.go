package models

import (
	"slices"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

// challengeLasts is how long a passkey may take to answer.
const challengeLasts = 5 * time.Minute

// mostChallenges is how many questions of one session may be open at a time, as
// in several tabs: one more closes the oldest.
const mostChallenges = 24

// ceremony is what a passkey is asked for.
type ceremony string

const (
	making ceremony = "create" // a new passkey
	giving ceremony = "get"    // one that is kept
)

// challenges are the questions that passkeys were asked and have not answered.
// They are bound to a session, good for one answer, and lie in memory alone: no
// page writes because it is looked at, and an answer to a question from before a
// start is to none.
type challenges struct {
	mu   sync.Mutex
	open map[string][]challenge // by session
}

type challenge struct {
	what  ceremony
	asked webauthn.SessionData
	until time.Time
}

// keep keeps a question of a session.
func (c *challenges) keep(session string, what ceremony, asked webauthn.SessionData, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open == nil {
		c.open = map[string][]challenge{}
	}
	for other, list := range c.open {
		if !list[len(list)-1].until.After(now) {
			delete(c.open, other)
		}
	}
	list := append(c.open[session], challenge{what, asked, now.Add(challengeLasts)})
	c.open[session] = list[max(0, len(list)-mostChallenges):]
}

// take takes a question out that a session was asked, unless it is too old. The
// clock may have been set back since: what lies too far ahead is too old as well.
func (c *challenges) take(session string, what ceremony, text string, now time.Time) (found challenge, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.open[session]
	i := slices.IndexFunc(list, func(x challenge) bool { return x.what == what && x.asked.Challenge == text })
	if i < 0 {
		return found, false
	}
	found = list[i]
	if list = slices.Delete(list, i, i+1); len(list) == 0 {
		delete(c.open, session)
	} else {
		c.open[session] = list
	}
	return found, found.until.After(now) && !found.until.After(now.Add(challengeLasts+setBack))
}
