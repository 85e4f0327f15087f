package handlers

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A handed is a form as a page handed it out to somebody, filled in where we
// know how.
type handed struct {
	actor string
	sheet
}

// handedOut collects the forms of every page, and of every page of the partner's
// visit.
func handedOut(t *testing.T, who ...string) (list []handed) {
	t.Helper()
	p := theStage(t).open(t)
	for _, actor := range who {
		b := p.as(actor)
		take := func(at string) {
			for _, form := range sheets(parse(t, b.get(at).Body.String()), at) {
				i := slices.IndexFunc(papers, func(f paper) bool { return f.set == nil && f.id == form.id && f.at(p) == at })
				for name, value := range papers[max(0, i)].good {
					if i >= 0 {
						form.values.Set(name, strings.ReplaceAll(value, "(extra)", p.extra))
					}
				}
				list = append(list, handed{actor, form})
			}
		}
		for _, q := range everything(p) {
			switch {
			case q.step != "" && q.allow&partner != 0 && roleOf(actor) == "partner" && q.step != "stop":
				b.post(q.path, q.least())
				take(q.path)
			case byGet(q.route) && q.allow&anyone == 0:
				take(p.target(p.App, q.path, "own"))
			}
		}
	}
	return list
}

// TestAccess_namedInForms sends the forms of everybody who may, with the names of
// what is the other couple's written on them. The answer is that to a name which
// nothing has, and nothing of the other couple's moves.
func TestAccess_namedInForms(t *testing.T) {
	s, compared := theStage(t), 0
	p := s.open(t)
	theirs := textsIn(t, p, `SELECT $1 UNION SELECT client_id FROM cases WHERE id = $1 UNION SELECT partner_id FROM cases WHERE id = $1 UNION SELECT id FROM phases WHERE case_id = $1
		UNION SELECT id FROM experiments WHERE case_id = $1 UNION SELECT id FROM snapshots WHERE case_id = $1`, s.other.CaseID)
	untouched := rowsNaming(t, p, theirs)
	for _, form := range handedOut(t, "therapist", "client", "partner unlocked") {
		for field, values := range form.values {
			own := id26.FindString(values[0])
			if own == "" && field != "show" && field != "item" {
				continue
			}
			send := func(id string) string {
				sent := form.write(field, strings.ReplaceAll(cmp.Or(values[0], "leaving."), cmp.Or(own, values[0], "leaving."), id))
				w := p.as(form.actor).post(form.action, sent)
				if rowsNaming(t, p, theirs) != untouched {
					t.Fatalf("%s as %s, %s: something of the other couple’s has moved", form.action, form.actor, field)
				}
				return strings.ReplaceAll(steady(whole(w)), id, "(id)")
			}
			missing := send(strings.Repeat("a", 26))
			for _, id := range theirs {
				compared++
				if got := send(id); got != missing {
					t.Errorf("%s as %s, %s: the answer differs from that to a missing name\n%s", form.action, form.actor, field, apart(missing, got))
				}
			}
		}
	}
	t.Logf("%d answers to forms with names of others compared", compared)
	if compared < 30 {
		t.Error("hardly any name was written on a form")
	}
}

// rowsNaming writes every row in which one of these names stands, but for the
// audit.
func rowsNaming(t testing.TB, p *play, names []string) string {
	t.Helper()
	var b strings.Builder
	for _, table := range textsIn(t, p, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'audit' ORDER BY name`) {
		rows, err := p.raw.Query(`SELECT * FROM ` + table)
		must(t, err)
		columns, err := rows.Columns()
		must(t, err)
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		for rows.Next() {
			must(t, rows.Scan(into...))
			row := fmt.Sprintf("%s %q\n", table, values)
			if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(row, name) }) {
				b.WriteString(row)
			}
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
	return b.String()
}

// textsIn asks for one column of text.
func textsIn(t testing.TB, p *play, query string, args ...any) []string {
	t.Helper()
	return texts(t, p.raw, query, args...)
}

func texts(t testing.TB, db *sql.DB, query string, args ...any) (list []string) {
	t.Helper()
	rows, err := db.Query(query, args...)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var s string
		must(t, rows.Scan(&s))
		list = append(list, s)
	}
	must(t, rows.Err())
	return list
}
