// Package demo makes a practice with seven couples in it and lives their story
// through the models' own methods, with the clock moved along. Nothing is put
// into the database beside them, so that the demo holds nothing that a real
// practice could not.
package demo

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"enough/models"
)

// Practice is the demo practice as it stands at the end of the story.
type Practice struct {
	DB *models.DB
	// People are those who can sign in, in the order in which a start page
	// lists them: the therapist and her colleague, then each client with the
	// partner after.
	People []Person
}

// Person is somebody of the demo, with all that is needed to sign in.
type Person struct {
	models.Viewer
	Passphrase string
	SignIn     string
	Line       string // for the start page: who this is, and where the case stands
}

// passphrase is that of everybody in the demo.
const passphrase = "only for the demo"

var (
	theTherapist = Person{SignIn: "vera", Passphrase: passphrase, Line: "Therapist"}
	theColleague = Person{SignIn: "sam", Passphrase: passphrase, Line: "Therapist · supervises three cases"}
)

var thePractice = models.PracticeInput{
	Name: "Riverside Practice (demo)", Zone: "Europe/Belgrade", Office: "Riverside Office",
	Emergency: "In danger, call 112 or the police on 192.",
}

// Open makes the practice in a new folder within dir, which must exist, with its
// keys beside it, and lives the story up to the demo's own time. That is the latest
// Sunday at 18:00, in the practice's zone, that is not after now; it runs on
// from there as now does. The last week of each case is the one before the week
// of that Sunday. site is the address that messages name.
func Open(ctx context.Context, dir, site string, now func() time.Time) (*Practice, error) {
	zone, err := time.LoadLocation(thePractice.Zone)
	if err != nil {
		return nil, err
	}
	start := now()
	sunday := sundayEvening(start, zone)
	clock := &clock{real: now, offset: sunday.Sub(start)}
	data := filepath.Join(dir, "data")
	if err := models.PrivateFolder(data); err != nil {
		return nil, err
	}
	db, err := models.Open(models.Options{File: filepath.Join(data, "enough.db"), Now: clock.Now, Site: site, CheapPassphrases: true, OneFactor: true})
	if err != nil {
		return nil, err
	}
	p := &Practice{DB: db}
	if err := p.live(ctx, clock, sunday); err != nil {
		return nil, errors.Join(fmt.Errorf("demo: %w", err), db.Close())
	}
	clock.run()
	return p, nil
}

// live sets the practice up and lives all cases at once, in the order of time.
func (p *Practice) live(ctx context.Context, clock *clock, sunday time.Time) error {
	rows, err := readRows()
	if err != nil {
		return err
	}
	var lives []*life
	var all []happening
	for i, c := range couples {
		l := &life{couple: c, db: p.DB, place: i, zone: sunday.Location(), rows: rows[c.client]}
		l.first = models.WeekOf(sunday, l.zone).Add(-l.rows[len(l.rows)-1].week)
		lives = append(lives, l)
		all = append(all, l.happenings()...)
	}
	sortByTime(all)
	clock.set(all[0].at.AddDate(0, 0, -1))
	if err := p.setUp(ctx); err != nil {
		return err
	}
	for _, l := range lives {
		l.therapist, l.colleague = p.People[0].Viewer, p.People[1].Viewer
	}
	for _, h := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		clock.set(h.at)
		if err := h.act(ctx, h.life); err != nil {
			return fmt.Errorf("%s on %s: %w", h.life.client, models.DayOf(h.at, h.life.zone), err)
		}
	}
	for _, l := range lives {
		p.People = append(p.People, l.people()...)
	}
	return nil
}

// setUp makes the practice, its owner and her colleague.
func (p *Practice) setUp(ctx context.Context) error {
	token, err := p.DB.SetUpToken(ctx)
	if err != nil {
		return err
	}
	if token == "" {
		return errors.New("there is a practice in this folder already")
	}
	vera := theTherapist
	vera.Viewer, err = p.DB.SetUp(ctx, models.SetUpInput{Token: token, OwnerName: "Dr Vera Novak (demo)", Practice: thePractice,
		Credentials: credentials(vera.SignIn)})
	if err != nil {
		return err
	}
	sam := theColleague
	code, err := p.DB.AddTherapist(ctx, vera.Viewer, "Dr Sam Okoro (demo)", models.Submission{})
	if err != nil {
		return err
	}
	sam.Viewer, err = p.DB.Join(ctx, models.JoinInput{Code: code, Credentials: credentials(sam.SignIn)})
	p.People = []Person{vera, sam}
	return err
}

func credentials(signin string) models.CredentialsInput {
	return models.CredentialsInput{SignIn: signin, Passphrase: passphrase, Again: passphrase}
}
