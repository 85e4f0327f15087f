package proof

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// jumps are what a clock does when it is set, or set wrongly.
var jumps = []struct {
	name string
	to   func(time.Time) time.Time
}{
	{"two hours back", func(t time.Time) time.Time { return t.Add(-2 * time.Hour) }},
	{"a day back", func(t time.Time) time.Time { return t.AddDate(0, 0, -1) }},
	{"1970", func(time.Time) time.Time { return time.Unix(0, 0) }},
	{"a leap day", func(time.Time) time.Time { return time.Date(2028, time.February, 29, 23, 59, 59, 0, time.UTC) }},
	{"a year on", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
}

// TestClock sets the clock of a practice: no session lasts past its limit, nothing
// that was used or had run out by a forward jump is good again after a backward
// one, a wrong passphrase is not waited for longer than a minute, and no row of a
// week moves.
func TestClock(t *testing.T) {
	for _, jump := range jumps {
		t.Run(jump.name, func(t *testing.T) {
			t.Parallel()
			c := newClocked(t)
			c.jump(jump.to(c.now))
			c.jump(c.now)
			for _, other := range jumps {
				c.jump(other.to(c.now))
			}
			figure(t, "3 sessions, 2 codes, a sign-in that waits and %d rows by week over %d settings of the clock: as they must be", strings.Count(c.weeks, "2026"), 2+len(jumps))
		})
	}
}

// clocked is a practice in which everything that depends on the time was made
// at one moment.
type clocked struct {
	t        *testing.T
	p        *modelstest.Practice
	now      time.Time
	sessions map[string]models.Viewer // by token
	used     string                   // a code, used
	open     string                   // a code, not used
	weeks    string
}

func newClocked(t *testing.T) *clocked {
	p, ctx := modelstest.Open(t), context.Background()
	couple := p.Couple(t, p.Owner, "ada").Start(t)
	p.Sunday()
	couple.CheckIn(t, models.CheckinInput{Tension: "3", Forecast: "4"})
	couple.Report(t, models.PartnerReportInput{Tension: "5", Leaving: "5"})
	c := &clocked{t: t, p: p, now: p.Now(), sessions: map[string]models.Viewer{}}
	for _, v := range []models.Viewer{p.Owner, couple.Client, couple.Partner} {
		token, _, err := p.StartSession(ctx, v)
		must(t, err)
		c.sessions[token] = v
	}
	var err error
	for _, code := range []*string{&c.used, &c.open} {
		*code, err = p.AddTherapist(ctx, p.Owner, "Dr Ann", models.Submission{})
		must(t, err)
	}
	must(t, c.join(c.used, "ann"))
	for range 8 {
		_, _ = p.SignIn(ctx, models.Origin{}, "vera", "not this one")
	}
	c.weeks = c.rows()
	return c
}

func (c *clocked) join(code, name string) error {
	_, err := c.p.Join(context.Background(), models.JoinInput{Code: code, Credentials: models.CredentialsInput{SignIn: name, Passphrase: passphrase, Again: passphrase}})
	return err
}

// rows lists what is kept by week.
func (c *clocked) rows() (text string) {
	for _, table := range []string{"checkins", "partner_reports"} {
		text += fmt.Sprint(query(c.t, c.p.File, `SELECT group_concat(week || ' ' || late) FROM `+table))
	}
	return text + fmt.Sprint(query(c.t, c.p.File, `SELECT group_concat(start_week || ' ' || weeks) FROM phases`))
}

// lasts is the longest that a session of each role may be used.
var lasts = map[models.Role]time.Duration{models.Therapist: 12 * time.Hour, models.Client: 14 * 24 * time.Hour, models.Partner: 30 * time.Minute}

// jump sets the clock and looks at everything.
func (c *clocked) jump(to time.Time) {
	c.t.Helper()
	ctx := context.Background()
	c.p.Clock.Set(to)
	for token, v := range c.sessions {
		got, err := c.p.Authenticate(ctx, token)
		must(c.t, err)
		since := to.Sub(c.now)
		if within := since >= -5*time.Minute && since < lasts[v.Role]; got.Known() && !within {
			c.t.Errorf("the session of the %s is good %v after it began", v.Role, since)
		}
	}
	if err := c.join(c.used, "ann-again"); models.KindOf(err) != models.Invalid {
		c.t.Errorf("a code that was used, at %v: %v", to, err)
	}
	if to != c.now {
		if err := c.join(c.open, "ann-now"); models.KindOf(err) != models.Invalid {
			c.t.Errorf("a code made at another time, at %v: %v", to, err)
		}
	}
	_, err := c.p.SignIn(ctx, models.Origin{}, "vera", passphrase)
	for wait := 0; err != nil && wait < 61; wait++ {
		c.p.Clock.Set(c.p.Now().Add(time.Second))
		_, err = c.p.SignIn(ctx, models.Origin{}, "vera", passphrase)
	}
	if err != nil {
		c.t.Errorf("at %v the right passphrase is refused for more than a minute: %v", to, err)
	}
	if rows := c.rows(); rows != c.weeks {
		c.t.Errorf("at %v the weeks have moved:\n%s\n%s", to, c.weeks, rows)
	}
}

// TestClock_backups lets the clock jump a year on and comes back: the backups of
// the days before are there.
func TestClock_backups(t *testing.T) {
	p, ctx := modelstest.Open(t), context.Background()
	dir := filepath.Join(filepath.Dir(p.File), "backups")
	now := p.Now()
	for _, at := range []time.Time{now, now.AddDate(0, 0, 1), now.AddDate(1, 0, 0), now.AddDate(0, 0, 2)} {
		p.Clock.Set(at)
		name, _, err := p.BackUpToday(ctx)
		if err != nil || filepath.Dir(name) != dir {
			t.Errorf("at %v: %s, %v", at, name, err)
		}
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 4 {
		t.Errorf("left: %v, %v", list, err)
	}
}
