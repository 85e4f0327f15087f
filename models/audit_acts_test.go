package models_test

import (
	"fmt"
	"go/ast"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// trailOf gives the rows of the audit since one, each without its time, request
// and chain.
func trailOf(t testing.TB, p *modelstest.Practice, since int) string {
	t.Helper()
	return look(t, p, `SELECT person_id, role, action, case_id, object_id, result FROM audit WHERE id > $1 ORDER BY id`, since)
}

func auditRows(t testing.TB, p *modelstest.Practice) int {
	t.Helper()
	head, err := p.AuditHead(t.Context())
	must(t, err)
	return int(head.Rows)
}

// TestAudit_comingAndGoing holds sign-ins, right and wrong, and all ways to go
// to their rows.
func TestAudit_comingAndGoing(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	c := p.Couple(t, p.Owner, "ann")
	ctx := t.Context()
	var v models.Viewer
	signIn := func(name, passphrase string) func() error {
		return func() error {
			who, err := p.SignIn(ctx, models.Origin{}, name, passphrase)
			if err != nil {
				return err
			}
			token, _, err := p.StartSession(ctx, who)
			must(t, err)
			v, err = p.Authenticate(ctx, token)
			return err
		}
	}
	hers := c.Partner.PersonID + " partner "
	for _, step := range []struct {
		name string
		act  func() error
		kind models.Kind
		want string
	}{
		{"a name that nobody has", signIn("zq-nobody", modelstest.Passphrase), models.Invalid, "  signed in   refused"},
		{"a wrong passphrase", signIn("ann-partner", "zq-wrong"), models.Invalid, hers + "signed in   refused"},
		{"the right one", signIn("ann-partner", modelstest.Passphrase), 0, hers + "signed in   done"},
		{"a wrong passphrase for her own pages", func() error { return p.Unlock(ctx, v, "zq-wrong") }, models.Invalid, hers + "passphrase given again   refused"},
		{"the right one for them", func() error { return p.Unlock(ctx, v, modelstest.Passphrase) }, 0, hers + "passphrase given again   done"},
		{"signing out", func() error { return p.EndSession(ctx, v) }, 0, hers + "signed out   done"},
		{"signing out again", func() error { return p.EndSession(ctx, v) }, 0, ""},
	} {
		before := auditRows(t, p)
		if err := step.act(); models.KindOf(err) != step.kind || err != nil && step.kind == 0 {
			t.Errorf("%s: %v", step.name, err)
		}
		if got := trailOf(t, p, before); got != step.want {
			t.Errorf("%s: the audit says %q, wanted %q", step.name, got, step.want)
		}
	}
	wantLook(t, p, "0", `SELECT count(*) FROM audit WHERE person_id || action || object_id LIKE '%zq-%'`)
}

// TestAudit_refusalsAreBounded floods the audit with refusals of one session
// and with wrong sign-ins: a minute takes so many, and other sessions have
// theirs.
func TestAudit_refusalsAreBounded(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	ctx := t.Context()
	const most = 30
	one, other := models.Viewer{PersonID: "p", Role: models.Client, Session: "one"}, models.Viewer{PersonID: "p", Role: models.Client, Session: "other"}
	refuse := func(v models.Viewer, times int) {
		for range times {
			must(t, p.NoteRefusal(ctx, v, "GET /cases/:case", "", ""))
		}
	}
	want := func(what string, rows int) {
		t.Helper()
		if got := look(t, p, `SELECT count(*) FROM audit WHERE result = 'refused'`); got != fmt.Sprint(rows) {
			t.Errorf("%s: %s rows, wanted %d", what, got, rows)
		}
	}
	refuse(one, 100)
	want("a hundred of one session", most)
	refuse(other, 3)
	want("three of another", most+3)
	later(p, time.Minute)
	refuse(one, 1)
	want("one a minute later", most+4)
	for i := range 100 {
		if _, err := p.SignIn(ctx, models.Origin{}, fmt.Sprint("nobody", i), "wrong"); models.KindOf(err) != models.Invalid {
			t.Fatal(err)
		}
	}
	want("a hundred wrong sign-ins", 2*most+4)
}

// TestAudit_refusalsHoldNothingTyped keeps made-up ids out.
func TestAudit_refusalsHoldNothingTyped(t *testing.T) {
	t.Parallel()
	p := modelstest.Open(t)
	real := strings.Repeat("a2", 13)
	for _, id := range []string{"", real, "Jitka", strings.ToUpper(real), real + "a", real[1:] + "'", "%27%00%ff", strings.Repeat("é", 13)} {
		before := auditRows(t, p)
		must(t, p.NoteRefusal(t.Context(), p.Owner, "GET /cases/:case", id, id))
		kept := ""
		if id == real {
			kept = real
		}
		if got, want := trailOf(t, p, before), p.Owner.PersonID+" therapist GET /cases/:case "+kept+" "+kept+" refused"; got != want {
			t.Errorf("asked for %q the audit says %q, wanted %q", id, got, want)
		}
	}
}

// TestActions_standInOnePlace holds what is said of an act to the list of
// audit_actions.go, and the list to what is said.
func TestActions_standInOnePlace(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, f := range files(t) {
		if f.name != "models/audit_actions.go" {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				listed[spec.Names[0].Name] = false
			}
			return true
		})
	}
	if len(listed) < 30 {
		t.Fatalf("only %d actions are listed", len(listed))
	}
	for _, fn := range functions(t) {
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			_, name := called(n)
			if name != "audit" && name != "auditRefused" && name != "readAudited" {
				return true
			}
			what := n.(*ast.CallExpr).Args[2]
			id, ok := what.(*ast.Ident)
			if _, is := listed[fmt.Sprint(id)]; ok && is {
				listed[id.Name] = true
			} else if receiver(fn) != "DB" || fn.Name.Name != "readAudited" && fn.Name.Name != "NoteRefusal" {
				t.Errorf("%s.%s says something of an act that audit_actions.go does not list", receiver(fn), fn.Name.Name)
			}
			return true
		})
	}
	for name, said := range listed {
		if !said {
			t.Errorf("%s is listed and said of nothing", name)
		}
	}
}
