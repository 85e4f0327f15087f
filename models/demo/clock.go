package demo

import (
	"sync"
	"time"
)

// clock stands where it is set while the story is lived. Then it runs, at a
// fixed distance from the real one.
type clock struct {
	real   func() time.Time
	offset time.Duration

	mu    sync.Mutex
	stood time.Time // zero once it runs
}

// Now is the demo's time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stood.IsZero() {
		return c.stood
	}
	return c.real().Add(c.offset)
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stood = t
}

func (c *clock) run() { c.set(time.Time{}) }

// sundayEvening is the latest Sunday at 18:00 in the zone that is not after an
// instant.
func sundayEvening(now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	at := func(daysAgo int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()-daysAgo, 18, 0, 0, 0, zone)
	}
	sinceSunday := int(local.Weekday())
	if t := at(sinceSunday); !t.After(now) {
		return t
	}
	return at(sinceSunday + 7)
}
