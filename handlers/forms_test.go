package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// refuse sends a form with one wrong value, as a page and as a swap, and holds
// the answer to 422 with the message beside the field and all of it still there.
func (f paper) refuse(t *testing.T, p *play, b *browser, s sheet, field, value string) {
	t.Helper()
	sent := s.write(field, value)
	for _, swap := range []bool{false, true} {
		if swap && !s.swaps {
			continue
		}
		send := b.post
		if swap {
			send = b.swap
		}
		before := p.changes()
		w := send(s.action, sent)
		if w.Code != http.StatusUnprocessableEntity || p.changes() != before {
			t.Errorf("%s, %s = %.30q: %d, written %v", f.name, field, value, w.Code, p.changes() != before)
			continue
		}
		back := f.again(t, w, swap)
		if back.wrong(field) == "" {
			t.Errorf("%s, %s = %.30q: no message beside the field", f.name, field, value)
		}
		if utf8.ValidString(value) && !strings.Contains(value, "\x00") {
			f.keeps(t, back, sent, choicesOf(back, field)...)
		} else {
			f.keeps(t, back, sent, field)
		}
	}
}

// choicesOf names a field whose value cannot be shown again because it is none
// of its answers.
func choicesOf(s sheet, name string) []string {
	for _, n := range elements(s.node, tag("input", "select")) {
		kind, _ := attr(n, "type")
		if own, _ := attr(n, "name"); own == name && (n.Data == "select" || kind == "radio") {
			return []string{name}
		}
	}
	return nil
}

func TestForms_wrongValues(t *testing.T) {
	for _, f := range papers {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			p, b, s := f.lay(t)
			for field, values := range f.bad {
				for _, value := range values {
					f.refuse(t, p, b, s, field, value)
				}
			}
			if f.id == "checkin-form" {
				zero := s
				zero.values = s.write("done", "0")
				f.refuse(t, p, b, zero, "why", "perhaps")
			}
		})
	}
}

// TestForms_texts writes what people and their phones write: too much, other
// scripts, and bytes that are no text.
func TestForms_texts(t *testing.T) {
	const eastern = "שלום — سلام 🙂👩‍👩‍👧 \u202e\u200f<b>&\"'"
	for _, f := range papers {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			p, b, s := f.lay(t)
			wrong := ""
			for field := range f.bad {
				if wrong == "" || field < wrong {
					wrong = field
				}
			}
			for field, limit := range f.texts {
				for _, value := range []string{strings.Repeat("🙂", limit+1), long, "a\x00b", "a\xffb", "\xed\xa0\x80", "\xc0\x80"} {
					f.refuse(t, p, b, s, field, value)
				}
				if field == "signin" || field == wrong {
					continue
				}
				full := s
				full.values = s.write(field, eastern+strings.Repeat("é", limit-utf8.RuneCountInString(eastern)))
				for _, value := range f.bad[wrong][:1] {
					f.refuse(t, p, b, full, wrong, value) // what is right stays as it was typed
				}
				if again := b.post(s.action, s.write(field, strings.Repeat("é", limit+1))); again.Code != http.StatusUnprocessableEntity {
					t.Errorf("%s, %s one too long: %d", f.name, field, again.Code)
				}
			}
			for field, limit := range f.texts {
				if field == "signin" {
					continue
				}
				s.values.Set(field, strings.Repeat("🙂", limit))
			}
			if w := b.post(s.action, s.values); w.Code >= 400 {
				t.Errorf("%s with every text at its limit: %d", f.name, w.Code)
			}
		})
	}
}

// TestForms_addressIsNotRead sends everything in the address and nothing in the
// body.
func TestForms_addressIsNotRead(t *testing.T) {
	for _, f := range papers {
		if f.bad == nil || f.name == "own address" {
			continue // a button and nothing to fill in, or nothing is an answer too
		}
		p, b, s := f.lay(t)
		before := p.changes()
		plain, query := b.post(s.action, url.Values{}), b.post(s.action+"?"+s.values.Encode(), url.Values{})
		if plain.Code < 400 || p.changes() != before {
			t.Errorf("%s, an empty form: %d, written %v", f.name, plain.Code, p.changes() != before)
		}
		if diff := apart(steady(plain.Body.String()), steady(query.Body.String())); plain.Code != query.Code || steady(plain.Body.String()) != steady(query.Body.String()) {
			t.Errorf("%s: the address is read: %d %s", f.name, query.Code, diff)
		}
		get, asked := b.get(f.at(p)).Body.String(), b.get(f.at(p)+"?"+s.values.Encode()).Body.String()
		if steady(get) != steady(asked) {
			t.Errorf("%s: the address fills the form: %s", f.name, apart(steady(get), steady(asked)))
		}
	}
}

// tokens are what is drawn anew for every answer, whoever asks: a form's name,
// a session, the question to a passkey.
var tokens = regexp.MustCompile(`\b[A-Z2-7]{26}\b|\b[A-Z2-7]{32}\b|\b(?:[A-Z2-7]{4} ){8}|\b[a-z2-7]{52}\b|(?:M\d+ \d+h1v1h-1z)+|"challenge":"[\w-]{43}"|&#34;challenge&#34;:&#34;[\w-]{43}&#34;`)

// steady writes over what is drawn anew for every answer.
func steady(body string) string { return tokens.ReplaceAllString(body, "(random)") }

// TestForms_otherWeeks sends the two weekly forms for weeks that cannot be
// filled in: 409 with a sentence, and what was typed.
func TestForms_otherWeeks(t *testing.T) {
	for _, f := range papers[:2] {
		p, b, s := f.lay(t)
		for _, week := range []string{string(p.week.Add(-1)), string(p.week.Add(-2)), string(p.week.Add(1)), string(p.week.Add(20)), "2026-04-21", "", "next"} {
			sent := s.write("week", week)
			f.clash(t, b, s, sent)
		}
		p.clock.Set(p.now.AddDate(0, 0, 4)) // a Thursday: the form was open when she began
		if f.actor != "client" {            // her session is short
			b.cookie = sessionOf(t, p.App, p.other.Partner)
		}
		f.clash(t, b, s, s.values)
		if n := count(t, p.raw, `SELECT count(*) FROM checkins WHERE week >= ?`, p.week) + count(t, p.raw, `SELECT count(*) FROM partner_reports WHERE week > ?`, p.week); n != 0 {
			t.Errorf("%s: %d rows were kept", f.name, n)
		}
	}
}

// clash holds the answer to a form that has been overtaken to 409 with a
// sentence and what was typed.
func (f paper) clash(t *testing.T, b *browser, s sheet, sent url.Values) {
	t.Helper()
	for _, swap := range []bool{false, true} {
		send := b.post
		if swap {
			send = b.swap
		}
		w := send(s.action, sent)
		if w.Code != http.StatusConflict {
			t.Errorf("%s, week %q: %d", f.name, sent.Get("week"), w.Code)
			continue
		}
		back := f.again(t, w, swap)
		if problem := byID(back.node, "problem"); problem == nil || len(wordsIn(problem)) < 20 {
			t.Errorf("%s, week %q: no sentence says why", f.name, sent.Get("week"))
		}
		f.keeps(t, back, sent, "week")
	}
}
