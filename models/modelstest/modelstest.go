// Package modelstest gives tests a real database in a temporary file, a clock
// that they move, and couples that were entered through the models' own
// methods.
package modelstest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"enough/models"
)

// Clock is a clock that stands until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the instant at which the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to an instant.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// Monday is the first day of the first week of the practice: noon of 2 March
// 2026 in Belgrade.
var Monday = time.Date(2026, time.March, 2, 11, 0, 0, 0, time.UTC)

// Practice is a practice with its owner.
type Practice struct {
	*models.DB
	File  string
	Clock *Clock
	Owner models.Viewer
}

// migrated is the file of a database without a practice, with its master key. It is made once: to
// migrate anew for each test would take a third of the time of all tests.
var migrated = sync.OnceValues(func() (m struct{ database, key []byte }, err error) {
	dir, err := os.MkdirTemp("", "enough")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "data", "enough.db")
	if err := models.PrivateFolder(filepath.Dir(file)); err != nil {
		return m, err
	}
	db, err := models.Open(models.Options{File: file})
	if err != nil {
		return m, err
	}
	if err := db.Close(); err != nil {
		return m, err
	}
	if m.database, err = os.ReadFile(file); err != nil {
		return m, err
	}
	m.key, err = os.ReadFile(models.KeyFile(file))
	return m, err
})

// Empty opens a database without a practice.
func Empty(t testing.TB) (*models.DB, string, *Clock) {
	t.Helper()
	clock := &Clock{now: Monday}
	file := filepath.Join(t.TempDir(), "enough.db")
	content, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	must(t, os.WriteFile(file, content.database, 0o600))
	must(t, os.WriteFile(models.KeyFile(file), content.key, 0o400))
	db, err := models.Open(models.Options{File: file, Now: clock.Now, Site: "https://form.example.org", CheapPassphrases: true, OneFactor: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, file, clock
}

// Open opens a practice with its owner, on a Monday at noon.
func Open(t testing.TB) *Practice {
	t.Helper()
	db, file, clock := Empty(t)
	token, err := db.SetUpToken(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	owner, err := db.SetUp(context.Background(), models.SetUpInput{
		Token: token, OwnerName: "Dr Vera Test",
		Practice:    models.PracticeInput{Name: "Test practice", Zone: "Europe/Belgrade", Office: "Test Office", Emergency: "Call 112."},
		Credentials: models.CredentialsInput{SignIn: "vera", Passphrase: Passphrase, Again: Passphrase},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Practice{db, file, clock, owner}
}

// Code is what an authenticator shows for a secret at an instant.
func Code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	must(t, err)
	return code
}

// SecondFactor gives a therapist an authenticator, and its secret and her recovery
// codes. The session in which she set it up goes on.
func (p *Practice) SecondFactor(t testing.TB, v models.Viewer) (secret string, codes []string) {
	t.Helper()
	token, _, err := p.StartSession(context.Background(), v)
	must(t, err)
	v, err = p.Authenticate(context.Background(), token)
	must(t, err)
	secret = models.NewSecret()
	codes, err = p.SetSecond(context.Background(), v, models.SecondInput{Secret: secret, Code: Code(t, secret, p.Now())})
	must(t, err)
	return secret, codes
}

// Passkey gives a therapist whose second factor is not asked for a passkey, and
// the device that it lies in.
func (p *Practice) Passkey(t testing.TB, v models.Viewer, at models.Site) *Device {
	t.Helper()
	options, err := p.OfferPasskey(context.Background(), v, at)
	must(t, err)
	d := NewDevice(t, at.Host, at.Origin)
	_, err = p.AddPasskey(context.Background(), v, at, models.PasskeyInput{Name: "Her phone", Credential: d.Make(t, options)})
	must(t, err)
	return d
}

// Passphrase is the passphrase of everybody in these practices.
const Passphrase = "correct horse battery"

// Therapist adds another therapist who has joined.
func (p *Practice) Therapist(t testing.TB, signin string) models.Viewer {
	t.Helper()
	code, err := p.AddTherapist(context.Background(), p.Owner, "Dr "+signin, models.Submission{})
	if err != nil {
		t.Fatal(err)
	}
	return p.join(t, code, signin)
}

func (p *Practice) join(t testing.TB, code, signin string) models.Viewer {
	t.Helper()
	v, err := p.Join(context.Background(), models.JoinInput{Code: code,
		Credentials: models.CredentialsInput{SignIn: signin, Passphrase: Passphrase, Again: Passphrase}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Couple is a case with both people joined.
type Couple struct {
	Practice   *Practice
	Therapist  models.Viewer
	Client     models.Viewer
	Partner    models.Viewer // unlocked
	CaseID     string
	Experiment string
}

// Couple opens a case whose gate is open and both of whose people have joined;
// name makes their names and sign-in names.
func (p *Practice) Couple(t testing.TB, therapist models.Viewer, name string) *Couple {
	t.Helper()
	ctx := context.Background()
	c := &Couple{Practice: p, Therapist: therapist}
	var err error
	c.CaseID, err = p.OpenCase(ctx, therapist, models.OpenCaseInput{ClientName: name + " Client", PartnerName: name + " Partner",
		ClientPronoun: "he", PartnerPronoun: "she", Children: "yes"})
	must(t, err)
	must(t, p.SaveFrame(ctx, therapist, c.CaseID, models.FrameInput{Goal: "Stay married.", Stake: "The children.", Cooperation: "Hers.",
		Children: "yes", Ending: "If she is less safe because of it.", Version: "1"}))
	today := models.DayOf(p.Now(), time.UTC)
	must(t, p.SaveGate(ctx, therapist, c.CaseID, models.GateInput{AloneOn: string(today), Screen: "hark", ScreenOn: string(today),
		ScreenResult: "no_concern", Fear: "no", HoldingBack: "Yes.", Defensiveness: "Some.", WhatEachGets: "Calm.",
		ConsentOn: string(today), WantsPlan: "wants", Agenda: "mixed", SkillNote: "Nobody.",
		Contact: models.Contact{Channel: "email", Address: "partner@example.org", DeviceShared: "no"}}))
	for _, role := range []models.Role{models.Client, models.Partner} {
		code, err := p.InviteTo(ctx, therapist, c.CaseID, role)
		must(t, err)
		v := p.join(t, code, name+"-"+string(role))
		if role == models.Client {
			c.Client = v
		} else {
			v.Unlocked = true
			c.Partner = v
		}
	}
	return c
}

// Plan drafts an experiment of twice a week with a complete plan.
func (c *Couple) Plan(t testing.TB) *Couple {
	t.Helper()
	ctx, p := context.Background(), c.Practice
	var err error
	c.Experiment, err = p.NewExperiment(ctx, c.Therapist, c.CaseID, "Ask about the day", models.Submission{})
	must(t, err)
	must(t, p.SavePlan(ctx, c.Therapist, c.Experiment, models.PlanInput{Step: "act", Behaviour: "Ask about the day", Label: "ask about your day",
		CountsIf: "Asked and listened for five minutes.", NotCountsIf: "Phone in hand.", IfMoment: "It is after dinner", ThenAct: "I ask", Version: "1"}))
	must(t, p.SavePlan(ctx, c.Therapist, c.Experiment, models.PlanInput{Step: "measure", Dose: "2", Cost: "2", Prediction: "3", Confidence: "80",
		Outcome: "leaving", CriterionKind: "level", Criterion: "5", BaselineWeeks: "4", PhaseWeeks: "4", StopWording: "Not this week.", Version: "2"}))
	return c
}

// Start starts the baseline this week, with the clock on a Monday.
func (c *Couple) Start(t testing.TB) *Couple {
	t.Helper()
	if c.Experiment == "" {
		c.Plan(t)
	}
	must(t, c.Practice.StartExperiment(context.Background(), c.Therapist, c.Experiment, string(c.Practice.Week()), models.Submission{}))
	return c
}

// Intervene starts the intervention in the week that runs.
func (c *Couple) Intervene(t testing.TB) *Couple {
	t.Helper()
	must(t, c.Practice.StartPhase(context.Background(), c.Therapist, c.Experiment,
		models.StepInput{Kind: "intervention", Start: string(c.Practice.Week()), Weeks: "4"}))
	return c
}

// CheckIn keeps a check-in for the week whose forms are open.
func (c *Couple) CheckIn(t testing.TB, in models.CheckinInput) {
	t.Helper()
	in.Week = string(c.formWeek(t))
	must(t, c.Practice.ForClient().SubmitCheckin(context.Background(), c.Client, in))
}

// Report keeps a partner report for the week whose forms are open.
func (c *Couple) Report(t testing.TB, in models.PartnerReportInput) {
	t.Helper()
	in.Week = string(c.formWeek(t))
	must(t, c.Practice.SubmitPartnerReport(context.Background(), c.Partner, in))
}

func (c *Couple) formWeek(t testing.TB) models.Week {
	t.Helper()
	w, ok := models.FormWeek(models.DayOf(c.Practice.Now(), time.UTC))
	if !ok {
		t.Fatal("no form is open")
	}
	return w
}

// Week is the week in which the clock stands.
func (p *Practice) Week() models.Week { return models.WeekOf(p.Now(), time.UTC) }

// Sunday moves the clock to the Sunday evening of the week in which it stands.
func (p *Practice) Sunday() {
	p.Clock.Set(models.Day(p.Week().Sunday()).Time().Add(5 * time.Hour))
}

// NextMonday moves the clock to noon of the Monday after the week in which it
// stands.
func (p *Practice) NextMonday() {
	p.Clock.Set(p.Week().Add(1).Monday().Time())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
