package models_test

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"mime/quotedprintable"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/mail"
	"enough/models/modelstest"
)

var quiet = slog.New(slog.DiscardHandler)

// posted lets the outbox work for a while, looking into it every ten minutes, and
// gives what came.
func posted(t *testing.T, p *modelstest.Practice, box *modelstest.Mailbox, for_ time.Duration) (came []came) {
	t.Helper()
	server, had := box.Server(t), len(box.Received())
	for end := p.Now().Add(for_); p.Now().Before(end); p.Clock.Set(p.Now().Add(10 * time.Minute)) {
		must(t, p.PlanMessages(context.Background()))
		post(t, p, server)
		for all := box.Received(); had < len(all); had++ {
			came = append(came, arrival(t, p, all[had]))
		}
	}
	return came
}

func post(t *testing.T, p *modelstest.Practice, server *mail.Server) {
	t.Helper()
	for more := true; more; {
		var err error
		more, err = p.Post(context.Background(), server, quiet)
		must(t, err)
	}
}

// came is a message as it came, and when, by the practice's clock.
type came struct{ at, to, subject, body string }

func arrival(t *testing.T, p *modelstest.Practice, l *modelstest.Letter) came {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Belgrade")
	must(t, err)
	body, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(l.Body)))
	must(t, err)
	return came{p.Now().In(zone).Format("Mon 15:04"), l.To, l.Head.Get("Subject"), strings.TrimSpace(string(body))}
}

// reminded is a couple in the middle of a baseline, who wish to be reminded: he on
// Sundays at 18:00, she between 18 and 20.
func reminded(t *testing.T) (*modelstest.Practice, *modelstest.Couple, *modelstest.Mailbox) {
	t.Helper()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada").Start(t)
	must(t, p.SaveOwnContact(context.Background(), c.Client, models.ClientContactInput{Address: "his@example.org", Remind: "yes", Day: "7", Hour: "18"}))
	must(t, p.SaveOwnReach(context.Background(), c.Partner, models.PartnerReachInput{Channel: "email", Address: "hers@example.org", Remind: "yes", Day: "7", First: "18", Last: "20", Again: "yes", Subject: "notes"}))
	return p, c, modelstest.NewMailbox(t)
}

// TestReminders_week lives one week: each is reminded once and once more, never in
// the same hour, and then nobody is.
func TestReminders_week(t *testing.T) {
	t.Parallel()
	p, _, box := reminded(t)
	his := "Your weekly form is open until Wednesday. https://form.example.org – Test Office"
	hers := "The form is open until Wednesday. https://form.example.org"
	want := []came{
		{"Sun 18:00", "his@example.org", "Weekly form", his}, {"Sun 19:00", "hers@example.org", "Appointment notes", hers},
		{"Tue 18:00", "his@example.org", "Weekly form", his}, {"Tue 19:00", "hers@example.org", "Appointment notes", hers},
	}
	got := posted(t, p, box, 11*24*time.Hour)
	if len(got) != 4 {
		t.Fatalf("%d messages came: %v", len(got), got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("message %d is %v, wanted %v", i, got[i], want[i])
		}
	}
	for _, l := range box.Received() {
		for _, name := range []string{"User-Agent", "X-Mailer", "List-Unsubscribe", "Content-Language"} {
			if l.Head.Get(name) != "" {
				t.Errorf("the head says %s: %s", name, l.Head.Get(name))
			}
		}
		if l.Head.Get("Auto-Submitted") != "auto-generated" || l.Head.Get("From") != `"Test Office" <office@example.org>` || !strings.HasPrefix(l.Head.Get("Content-Type"), "text/plain") {
			t.Errorf("the head is %v", l.Head)
		}
	}
}

// TestReminders_herReportChangesNothing holds that hers come alike whether or not
// she has reported, and that his stop when he has checked in.
func TestReminders_herReportChangesNothing(t *testing.T) {
	t.Parallel()
	p, c, box := reminded(t)
	p.Clock.Set(p.Week().Monday().Add(5).Time()) // Saturday
	c.Report(t, models.PartnerReportInput{Tension: "4", Leaving: "4", SayNo: "yes", Safe: "yes", Pushed: "no", Contact: "no"})
	c.CheckIn(t, models.CheckinInput{Tension: "4", Forecast: "4"})
	got := posted(t, p, box, 6*24*time.Hour)
	// His hour stays kept free of her: what comes to her may not say whether something came to him.
	if len(got) != 2 || got[0].at != "Sun 19:00" || got[1].at != "Tue 19:00" || got[0].to != "hers@example.org" || got[1].to != "hers@example.org" {
		t.Errorf("came: %v", got)
	}
}

// TestReminders_none lists what keeps reminders back.
func TestReminders_none(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, one := range map[string]struct {
		act  func(*testing.T, *modelstest.Practice, *modelstest.Couple)
		want string // who is still reminded
	}{
		"his address is hers": {func(t *testing.T, p *modelstest.Practice, c *modelstest.Couple) {
			must(t, p.SaveOwnContact(ctx, c.Client, models.ClientContactInput{Address: "HERS@example.org", Remind: "yes", Day: "7", Hour: "18", Version: "1"}))
		}, "HERS@example.org"},
		"her way in was ended": {func(t *testing.T, p *modelstest.Practice, c *modelstest.Couple) {
			must(t, p.EndAccess(ctx, c.Therapist, c.CaseID, models.Partner, models.Submission{}))
		}, "his@example.org"},
		"she has stopped": {func(t *testing.T, p *modelstest.Practice, c *modelstest.Couple) {
			must(t, p.StopReporting(ctx, c.Partner, models.Submission{}))
		}, "his@example.org"},
		"there is no partner’s side": {func(t *testing.T, p *modelstest.Practice, c *modelstest.Couple) {
			must(t, p.ChangePractice(ctx, p.Owner, models.PracticeInput{Name: "n", Zone: "Europe/Belgrade", Office: "Test Office", Emergency: "e", Policy: "no_secrets", Version: "1"}))
		}, "his@example.org"},
		"the practice is quiet": {func(t *testing.T, p *modelstest.Practice, c *modelstest.Couple) {
			must(t, p.ChangePractice(ctx, p.Owner, models.PracticeInput{Name: "n", Zone: "Europe/Belgrade", Office: "Test Office", Emergency: "e",
				QuietFrom: string(p.Week().Monday()), QuietUntil: string(p.Week().Add(2).Monday()), Version: "1"}))
		}, ""},
		"the week is excused": {func(t *testing.T, p *modelstest.Practice, c *modelstest.Couple) {
			must(t, p.ExcuseWeek(ctx, c.Therapist, c.CaseID, string(p.Week()), "A holiday."))
		}, ""},
		"her reports rest": {func(t *testing.T, p *modelstest.Practice, c *modelstest.Couple) {
			must(t, p.PausePartner(ctx, c.Therapist, c.CaseID, true, "Agreed."))
		}, "his@example.org"},
		"the case is closed": {func(t *testing.T, p *modelstest.Practice, c *modelstest.Couple) {
			must(t, p.CloseCase(ctx, c.Therapist, c.CaseID, models.CloseInput{On: string(p.Week().Monday()), Reason: "Over."}))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, c, box := reminded(t)
			one.act(t, p, c)
			got := posted(t, p, box, 9*24*time.Hour)
			for _, m := range got {
				if m.to != one.want {
					t.Errorf("came: %v", m)
				}
			}
			if one.want != "" && len(got) != 2 {
				t.Errorf("%d messages came to the other", len(got))
			}
		})
	}
}

// TestReminders_unreadable holds that a case of which a text is damaged keeps nobody
// else from being reminded.
func TestReminders_unreadable(t *testing.T) {
	t.Parallel()
	p, c, box := reminded(t)
	other := p.Couple(t, p.Owner, "bob").Start(t)
	must(t, p.SaveOwnContact(context.Background(), other.Client, models.ClientContactInput{Address: "bob@example.org", Remind: "yes", Day: "7", Hour: "18"}))
	raw, err := sql.Open("sqlite", "file:"+p.File)
	must(t, err)
	_, err = raw.Exec(`UPDATE cases SET goal = x'010203' WHERE id = ?`, c.CaseID)
	must(t, err)
	_, err = raw.Exec(`UPDATE phases SET label = x'010203' WHERE case_id = ?`, c.CaseID)
	must(t, err)
	must(t, raw.Close())
	p.Sunday()
	p.Clock.Set(p.Now().Truncate(time.Hour))
	if err := p.PlanMessages(context.Background()); err == nil {
		t.Error("nothing is said of the damage")
	}
	post(t, p, box.Server(t))
	if l := box.Received(); len(l) != 1 || l[0].To != "bob@example.org" {
		t.Errorf("came: %v", l)
	}
}

// TestReminders_summerTime holds the hour of the wall clock over both changes of
// the clocks.
func TestReminders_summerTime(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ monday, hour, want string }{
		{"2026-03-23", "2", "Sun 03:00"}, // there is no two o'clock on 29 March
		{"2026-03-23", "18", "Sun 18:00"}, {"2026-10-19", "2", "Sun 02:00"}, {"2026-10-19", "18", "Sun 18:00"},
	} {
		t.Run(one.monday+" "+one.hour, func(t *testing.T) {
			t.Parallel()
			p := modelstest.Open(t)
			p.Clock.Set(models.Day(one.monday).Time())
			c := p.Couple(t, p.Owner, "ada").Start(t)
			must(t, p.SaveOwnContact(context.Background(), c.Client, models.ClientContactInput{Address: "his@example.org", Remind: "yes", Day: "7", Hour: one.hour}))
			p.Clock.Set(p.Week().Monday().Add(5).Time())
			got := posted(t, p, modelstest.NewMailbox(t), 36*time.Hour)
			if len(got) != 1 || got[0].at != one.want {
				t.Errorf("came: %v", got)
			}
		})
	}
}

// TestPost_tries holds how often a message is tried, and when it is given up.
func TestPost_tries(t *testing.T) {
	t.Parallel()
	p, c, box := reminded(t)
	box.Answers("451 later")
	p.Clock.Set(p.Week().Sunday().Time().Add(4 * time.Hour)) // 18:00 in summer, in Belgrade
	if p.Now().Month() < time.April {
		p.Clock.Set(p.Now().Add(time.Hour))
	}
	must(t, p.PlanMessages(context.Background()))
	server, tries := box.Server(t), 0
	for range 70 {
		more, err := p.Post(context.Background(), server, quiet)
		must(t, err)
		if more {
			tries++
		}
		p.Clock.Set(p.Now().Add(time.Minute))
	}
	list, err := p.Messages(context.Background(), c.Therapist, c.CaseID)
	must(t, err)
	if tries < 5 || tries > 7 || len(list) != 1 || list[0].State != "not sent: tried and given up" || len(box.Received()) != 0 {
		t.Errorf("%d tries: %v", tries, list)
	}
}

// TestPost_unheard holds that a reminder whose taking was not heard is not sent
// again, and that a red flag is.
func TestPost_unheard(t *testing.T) {
	t.Parallel()
	p, c, box := reminded(t)
	must(t, p.SaveAddress(context.Background(), p.Owner, "vera@example.org", models.Submission{}))
	p.Sunday()
	p.Clock.Set(p.Now().Truncate(time.Hour))
	c.Report(t, models.PartnerReportInput{Tension: "9", Leaving: "9", SayNo: "no", Safe: "no", Pushed: "no", Contact: "soon"})
	box.HangsUp(true)
	posted(t, p, box, 4*time.Hour)
	n := map[string]int{}
	for _, l := range box.Received() {
		n[l.To+" "+l.Head.Get("Message-ID")]++
	}
	reminders, flags := 0, 0
	for who, times := range n {
		if strings.HasPrefix(who, "vera") {
			flags = max(flags, times)
		} else {
			reminders = max(reminders, times)
		}
	}
	if reminders != 1 || flags < 2 {
		t.Errorf("reminders came %d times, red flags %d times", reminders, flags)
	}
}

// TestRedFlag_asks holds that a red flag asks the therapist to sign in, again after
// two hours, then whoever stands in for her, and nobody once she has.
func TestRedFlag_asks(t *testing.T) {
	t.Parallel()
	for name, signsIn := range map[string]bool{"she does not": false, "she signs in": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := modelstest.Open(t)
			c := p.Couple(t, p.Owner, "ada").Start(t)
			box := modelstest.NewMailbox(t)
			must(t, p.SaveAddress(context.Background(), p.Owner, "vera@example.org", models.Submission{}))
			sam := p.Therapist(t, "sam")
			must(t, p.SaveAddress(context.Background(), sam, "sam@example.org", models.Submission{}))
			must(t, p.NameDeputy(context.Background(), p.Owner, models.DeputyInput{Person: p.Owner.PersonID, Deputy: sam.PersonID}))
			p.Sunday()
			c.Report(t, models.PartnerReportInput{Tension: "9", Leaving: "9", SayNo: "no", Safe: "no", Pushed: "no", Contact: "soon"})
			got := posted(t, p, box, time.Hour)
			if len(got) != 1 || got[0].to != "vera@example.org" || got[0].subject != "Please sign in" || got[0].body != "A case needs you today. https://form.example.org" {
				t.Fatalf("came at once: %v", got)
			}
			if signsIn {
				_, _, err := p.StartSession(context.Background(), p.Owner)
				must(t, err)
			}
			got = posted(t, p, box, 24*time.Hour)
			if signsIn && len(got) > 0 || !signsIn && (len(got) != 2 || got[0].to != "vera@example.org" || got[1].to != "sam@example.org") {
				t.Errorf("came later: %v", got)
			}
		})
	}
}

// TestPost_injection holds that nothing typed reaches the head of a message.
func TestPost_injection(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ada")
	for _, bad := range []string{"a@example.org\r\nBcc: b@example.org", "a@example.org\nBcc: b@example.org", "a@example.org, b@example.org", "<a@example.org>", "a@example.org\x00", "\"a\r\n\"@example.org"} {
		in := models.ClientContactInput{Address: bad, Remind: "no", Day: "7", Hour: "18"}
		if err := p.SaveOwnContact(ctx, c.Client, in); models.KindOf(err) != models.Invalid {
			t.Errorf("his address %q: %v", bad, err)
		}
		if err := p.SaveAddress(ctx, p.Owner, bad, models.Submission{}); models.KindOf(err) != models.Invalid {
			t.Errorf("her address %q: %v", bad, err)
		}
		if err := p.SaveOwnReach(ctx, c.Partner, models.PartnerReachInput{Channel: "email", Address: bad, Remind: "yes", Day: "7", First: "9", Last: "10"}); models.KindOf(err) != models.Invalid {
			t.Errorf("the partner’s address %q: %v", bad, err)
		}
	}
	if err := p.ChangePractice(ctx, p.Owner, models.PracticeInput{Name: "n", Zone: "Europe/Belgrade", Office: "Office\r\nBcc: b@example.org", Emergency: "e", Version: "1"}); models.KindOf(err) != models.Invalid {
		t.Errorf("the name of the sender: %v", err)
	}
	// Whatever is one line is a name, and nothing else.
	must(t, p.ChangePractice(ctx, p.Owner, models.PracticeInput{Name: "n", Zone: "Europe/Belgrade", Office: `Ünse" <b@example.org>, Bcc: c@example.org`, Emergency: "e", Version: "1"}))
	must(t, p.SaveOwnContact(ctx, c.Client, models.ClientContactInput{Address: "his@example.org", Remind: "no", Day: "7", Hour: "18"}))
	must(t, p.TellClient(ctx, c.Therapist, c.CaseID, string(p.Week().Add(1).Monday()), models.Submission{}))
	box := modelstest.NewMailbox(t)
	posted(t, p, box, 2*time.Hour)
	l := box.Received()
	if len(l) != 1 || l[0].Head.Get("Bcc") != "" || l[0].To != "his@example.org" {
		t.Fatalf("came: %v", l)
	}
	if from, err := l[0].Head.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != "office@example.org" {
		t.Errorf("it comes from %v, %v", from, err)
	}
}
