package proof

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"enough/models"
	"enough/models/modelstest"
)

// A practice lies in a folder, as it stood before anybody sent a form: the
// people who will, with their sessions, and couples in the middle of a plan.
type practice struct {
	dir         string
	before      *sql.DB // the same, for counting
	today       models.Day
	week        models.Week
	owner       person
	therapists  []person // of no case
	clients     []couple // their form of the week is open
	tappers     []couple // who have not filled in theirs
	partners    []couple // so is hers
	shows       couple   // with four reports behind her
	paper       couple
	guessed     person   // the therapist of the experiments below
	experiments []string // that are over, with a series to look at
}

type person struct{ id, token, signin string }

type couple struct {
	caseID                     string
	therapist, client, partner person
}

// zone finds a time zone in which it is no Thursday, when no form is open, and in
// which midnight is far off.
func zone(now time.Time) *time.Location {
	var best *time.Location
	far := time.Duration(-1)
	for offset := -12; offset <= 14; offset++ {
		place, err := time.LoadLocation(fmt.Sprintf("Etc/GMT%+d", -offset))
		if err != nil {
			panic(err) // the zones are part of this program
		}
		local := now.In(place)
		noon := time.Date(local.Year(), local.Month(), local.Day(), 12, 0, 0, 0, place)
		if off := 12*time.Hour - local.Sub(noon).Abs(); local.Weekday() != time.Thursday && off > far {
			best, far = place, off
		}
	}
	return best
}

// seeded is made once for all tests: to live through the weeks takes seconds.
var seeded struct {
	sync.Once
	practice
}

func thePractice(t testing.TB) practice {
	t.Helper()
	seeded.Do(func() { seeded.practice = seed(t) })
	if seeded.before == nil {
		t.Fatal("there is no practice to begin with")
	}
	return seeded.practice
}

func seed(t testing.TB) practice {
	t.Helper()
	ctx, now := context.Background(), time.Now()
	place := zone(now)
	p := modelstest.Open(t)
	s := practice{dir: filepath.Join(work, "seed"), today: models.DayOf(now, place), week: models.WeekOf(now, place)}
	at := func(w models.Week) { p.Clock.Set(w.Monday().Time()) }

	at(s.week.Add(-40))
	masked := p.Therapist(t, "masked")
	c := p.Couple(t, masked, "masked")
	for k := range 4 {
		from := s.week.Add(-40 + 8*k)
		at(from)
		c.Plan(t).Start(t)
		at(from.Add(4))
		c.Intervene(t)
		at(from.Add(8))
		must(t, p.EndExperiment(ctx, masked, c.Experiment, models.EndInput{LastWeek: string(from.Add(7)), Reason: "Over."}))
		s.experiments = append(s.experiments, c.Experiment)
		c.Experiment = ""
	}

	at(s.week.Add(-6))
	var couples []*modelstest.Couple
	for _, name := range []string{"client1", "client2", "taps1", "taps2", "partner1", "partner2", "partner3", "shows", "paper"} {
		couples = append(couples, p.Couple(t, p.Therapist(t, name+"s"), name).Start(t))
	}
	for week := -6; week < -2; week++ {
		at(s.week.Add(week))
		p.Sunday()
		couples[7].Report(t, models.PartnerReportInput{Tension: "5", Leaving: "5", SayNo: "yes", Safe: "yes", Pushed: "no", Contact: "no"})
	}
	at(s.week.Add(-2))
	for _, c := range couples {
		c.Intervene(t)
	}

	p.Clock.Set(now)
	must(t, p.ChangePractice(ctx, p.Owner, models.PracticeInput{Name: "Proof", Zone: place.String(), Office: "Office", Emergency: "Call 112.",
		SomeChange: "1", WorseChange: "1.5", LeastDrop: "2", FairDose: "80", Version: "1"}))
	in := func(v models.Viewer, signin string) person {
		token, _, err := p.StartSession(ctx, v)
		must(t, err)
		return person{v.PersonID, token, signin}
	}
	of := func(c *modelstest.Couple, name string) couple {
		return couple{c.CaseID, in(c.Therapist, name+"s"), in(c.Client, name+"-client"), in(c.Partner, name+"-partner")}
	}
	s.owner, s.guessed = in(p.Owner, "vera"), in(masked, "masked")
	s.clients = []couple{of(couples[0], "client1"), of(couples[1], "client2")}
	s.tappers = []couple{of(couples[2], "taps1"), of(couples[3], "taps2")}
	s.partners = []couple{of(couples[4], "partner1"), of(couples[5], "partner2"), of(couples[6], "partner3")}
	s.shows, s.paper = of(couples[7], "shows"), of(couples[8], "paper")
	for i := range 5 {
		name := fmt.Sprint("therapist", i)
		s.therapists = append(s.therapists, in(p.Therapist(t, name), name))
	}
	must(t, p.Close())
	copyPractice(t, filepath.Dir(p.File), s.dir)
	var err error
	s.before, err = sql.Open("sqlite", "file:"+filepath.Join(s.dir, "enough.db")+"?mode=ro&immutable=1")
	must(t, err)
	return s
}

// lay copies the practice into a folder of its own.
func (s practice) lay(t testing.TB, dir string) practice {
	t.Helper()
	copyPractice(t, s.dir, dir)
	s.dir = dir
	return s
}

// few leaves one of each kind.
func (s practice) few() practice {
	s.therapists, s.clients, s.tappers, s.partners = s.therapists[:2], s.clients[:1], s.tappers[:1], s.partners[:1]
	return s
}

func (s practice) file() string { return filepath.Join(s.dir, "enough.db") }

// phone gives a browser in which a person is signed in.
func (x person) phone() *phone {
	p := newPhone()
	p.cookies["form"] = x.token
	return p
}

// look opens the database of a running program for reading, for as long as it
// takes to look.
func look(t testing.TB, file string, at func(db *sql.DB)) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro&_pragma=busy_timeout(5000)")
	must(t, err)
	db.SetMaxOpenConns(1)
	defer func() { must(t, db.Close()) }()
	at(db)
}

func exists(name string) bool { _, err := os.Stat(name); return err == nil }

// query gives the one value of a query, as text.
func query(t testing.TB, file, text string) (value string) {
	t.Helper()
	look(t, file, func(db *sql.DB) { must(t, db.QueryRow(text).Scan(&value)) })
	return value
}
