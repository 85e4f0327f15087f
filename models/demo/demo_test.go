package demo_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/demo"
)

// open opens the demo at a real instant.
func open(t testing.TB, real string) *demo.Practice {
	t.Helper()
	at, err := time.Parse(time.RFC3339, real)
	if err != nil {
		t.Fatal(err)
	}
	return openBy(t, func() time.Time { return at })
}

func openBy(t testing.TB, now func() time.Time) *demo.Practice {
	t.Helper()
	p, err := demo.Open(context.Background(), t.TempDir(), "http://127.0.0.1", now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.DB.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// reviews gives the review of each case, by the name of its client.
func reviews(t *testing.T, p *demo.Practice) map[string]models.Review {
	t.Helper()
	ctx, vera := context.Background(), p.People[0].Viewer
	all, err := p.DB.Cases(ctx, vera)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]models.Review{}
	for _, line := range all {
		r, err := p.DB.Review(ctx, vera, line.Experiment.ID)
		if err != nil {
			t.Fatal(err)
		}
		byName[strings.TrimSuffix(line.Client, " (demo)")] = r
	}
	return byName
}

// client and partner give one of the two of a case.
func client(t *testing.T, p *demo.Practice, name string) models.Viewer {
	t.Helper()
	i := slices.IndexFunc(p.People, func(who demo.Person) bool { return who.Name == name+" (demo)" && who.Role == models.Client })
	if i < 0 {
		t.Fatalf("no client %s", name)
	}
	return p.People[i].Viewer
}

func partner(t *testing.T, p *demo.Practice, clientName string) models.Viewer {
	t.Helper()
	i := slices.IndexFunc(p.People, func(who demo.Person) bool { return strings.HasPrefix(who.Line, "Partner of "+clientName+" ") })
	if i < 0 {
		t.Fatalf("no partner of %s", clientName)
	}
	return p.People[i].Viewer
}

// TestFormsOpen checks that this week only Pavel and Jitka have a form.
func TestFormsOpen(t *testing.T) {
	ctx := context.Background()
	for _, real := range []string{"2026-03-11T10:00:00+01:00", "2026-03-29T18:00:00+02:00", "2026-10-25T19:00:00+01:00"} {
		p := open(t, real)
		zone, err := time.LoadLocation("Europe/Belgrade")
		if err != nil {
			t.Fatal(err)
		}
		week := models.WeekOf(p.DB.Now(), zone)
		for name := range lines(t) {
			mine, isOpen, err := p.DB.ForClient().OpenForm(ctx, client(t, p, name))
			if err != nil || isOpen != (name == "Pavel") {
				t.Errorf("%s: form open %v, %v", name, isOpen, err)
			}
			hers, hersOpen, err := p.DB.PartnerForm(ctx, partner(t, p, name))
			if err != nil || hersOpen != (name == "Pavel") {
				t.Errorf("partner of %s: form open %v, %v", name, hersOpen, err)
			}
			if isOpen && (mine.Week != week || mine.Phase.Name != "B1" || mine.Saved != nil || hers.Week != week || hers.Saved != 0 || !hers.AsksNoticed) {
				t.Errorf("in %s: %+v, %+v", week, mine, hers)
			}
		}
	}
}

func TestPeople(t *testing.T) {
	p := open(t, "2026-03-11T10:00:00+01:00")
	var names []string
	for _, who := range p.People {
		v, err := p.DB.SignIn(context.Background(), models.Origin{}, who.SignIn, who.Passphrase)
		if err != nil || v != who.Viewer {
			t.Errorf("%s signs in as %+v, %v", who.SignIn, v, err)
		}
		if who.Line == "" {
			t.Errorf("%s has no line", who.Name)
		}
		names = append(names, strings.TrimSuffix(who.Name, " (demo)"))
	}
	const want = "Dr Vera Novak, Dr Sam Okoro, Marcus, Anna, Iris, Tomas, Gregor, Paula, Viktor, Lena, Daniel, Mira, Renata, Ilse, Pavel, Jitka"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("people %s, wanted %s", got, want)
	}
}

func TestClockRunsOn(t *testing.T) {
	now := time.Date(2026, time.March, 11, 9, 0, 0, 0, time.UTC)
	p := openBy(t, func() time.Time { return now })
	was := p.DB.Now()
	now = now.Add(90 * time.Minute)
	if got := p.DB.Now().Sub(was); got != 90*time.Minute {
		t.Errorf("the demo's time moved by %s, wanted 90 minutes", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	p, err := demo.Open(context.Background(), dir, "http://127.0.0.1", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.DB.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Open(context.Background(), dir, "http://127.0.0.1", time.Now); err == nil {
		t.Error("a second demo was opened over the first")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := demo.Open(ctx, t.TempDir(), "http://127.0.0.1", time.Now); err == nil {
		t.Error("opened although it was cancelled")
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		p, err := demo.Open(context.Background(), b.TempDir(), "http://127.0.0.1", time.Now)
		if err != nil {
			b.Fatal(err)
		}
		if err := p.DB.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
