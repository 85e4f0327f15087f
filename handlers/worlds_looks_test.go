package handlers

import (
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// names are the first parts of the sign-in names of the cast's couples.
var names = []string{"ada", "eve", "bob"}

// clientLooks compares for the first of some clients who has a way in: in the
// other world partner and therapist go on with what shows him nothing, and then
// all that he may not see is disturbed.
func clientLooks(from int) func(*testing.T, lived, *pair, *rand.Rand) string {
	return func(t *testing.T, l lived, p *pair, random *rand.Rand) string {
		at := from
		for l.shut[at] {
			at = (at + 1) % len(l.couples)
		}
		return l.lookAsClient(t, at, p, random)
	}
}

func (l lived) lookAsClient(t *testing.T, at int, p *pair, random *rand.Rand) string {
	couple, layout := l.couples[at], layoutOf(t, p.other)
	s := layout.ofClient(couple)
	if random.IntN(4) > 0 {
		f := l.fateOf(t, p, p.other, random)
		for range 1 + random.IntN(6) {
			f.aside(f.couples[at], secrets[random.IntN(len(secrets))])
		}
		f.reportQuietly(f.couples[at])
		f.tryNames(names[at] + "-partner")
		p.differs(t, layout, s)
	}
	if random.IntN(4) > 0 {
		s.disturb(t, p.other.raw, random)
		p.differs(t, layout, s)
	}
	return p.compare(func() {
		p.cookie = p.one.cookie(l.sessions[couple.Client.PersonID])
		p.walk(random, client, couple).asClient(names[at])
		p.sameMail(couple)
	})
}

// sameMail compares what is sent to the client in the days that follow, at the hour
// at which he wants to be reminded.
func (p *pair) sameMail(c modelstest.Couple) {
	k, err := p.one.db.ClientContact(ctx, c.Therapist, c.CaseID)
	must(p.t, err)
	now := p.clock.Now()
	for day := range 8 {
		p.clock.Set(now.Truncate(24*time.Hour).AddDate(0, 0, day).Add(time.Duration(k.Hour-1) * time.Hour)) // an hour or two east of Greenwich
		for range 2 {
			p.both(func(_ int, w *world) {
				_ = w.db.PlanMessages(ctx) // where the others' rows are garbled theirs cannot be planned
				for more := true; more; {
					more, err = w.db.Post(ctx, nil, slog.New(slog.DiscardHandler))
					must(p.t, err)
				}
			})
			p.clock.Set(p.clock.Now().Add(-time.Hour))
		}
	}
	var sent [2]string
	for i, w := range []*world{p.one, p.other} {
		for _, line := range texts(p.t, w.raw, `SELECT kind || ' ' || about || ' ' || state || ' ' || tries || ' ' || due_at || ' ' || until || ' ' || COALESCE(settled_at, '') FROM messages WHERE person_id = ? ORDER BY 1`, c.Client.PersonID) {
			sent[i] += line + "\n"
		}
	}
	if sent[0] != sent[1] {
		panic(parted{"what is sent to the client: " + apart(sent[0], sent[1])})
	}
	p.mails += strings.Count(sent[0], "\n")
}

// reportQuietly is a report of a week of which nothing is shown: to change what
// is shown closes it, which he sees.
func (f *fate) reportQuietly(c *modelstest.Couple) {
	open, ok, err := f.p.PartnerForm(ctx, c.Partner)
	must(f.t, err)
	if !ok || f.gone[c] {
		return
	}
	list, _, err := f.p.Offers(ctx, c.Partner)
	must(f.t, err)
	if !slices.ContainsFunc(list, func(o models.Offer) bool {
		return o.Shown && (o.Place == string(open.Week) || o.Phase.Contains(open.Week))
	}) {
		f.report(c)
	}
}

// tryNames signs in as somebody, wrongly some times and then perhaps well.
func (f *fate) tryNames(name string) {
	for range f.random.IntN(7) {
		_, err := f.p.SignIn(ctx, models.Origin{}, name, "not her passphrase")
		f.note("wrong passphrase", err)
	}
	if f.odds(1, 2) {
		_, err := f.p.SignIn(ctx, models.Origin{}, name, modelstest.Passphrase)
		f.note("her passphrase", err)
	}
}

// phoneLooks compares for whoever holds the partner's phone: her answers differ.
func phoneLooks(t *testing.T, l lived, p *pair, random *rand.Rand) string {
	for at, couple := range l.couples {
		if l.gone[at] {
			continue
		}
		f := l.fateOf(t, p, p.one, random)
		open, ok, err := f.p.PartnerForm(ctx, couple.Partner)
		for days := 0; err == nil && (!ok || open.Saved > 0) && days < 21; days++ {
			p.clock.Set(p.clock.Now().AddDate(0, 0, 1))
			open, ok, err = f.p.PartnerForm(ctx, couple.Partner)
		}
		must(t, err)
		if !ok || open.Saved > 0 {
			p.clock.Set(l.now)
			continue
		}
		answers := [2]models.PartnerReportInput{f.reportInput(open), f.reportInput(open)}
		if random.IntN(4) > 0 {
			worse := random.IntN(2)
			worried, calm := &answers[worse], &answers[1-worse]
			worried.Safe, worried.Pushed, worried.Children, worried.Contact, worried.ContactBy = f.one("no", "not_always"), f.one("yes", "a_little"), "frightened", "soon", f.one("safe_route", "another_way", "not_now")
			calm.Safe, calm.Pushed, calm.Children, calm.Contact = f.one("", "yes"), f.one("", "no"), f.one("", "as_usual"), f.one("", "no")
		}
		return p.compare(func() {
			p.enters(couple, false)
			p.walk(random, partner, couple).onPhone(names[at], answers)
		})
	}
	return ""
}

// enters starts a session of the partner's, the same in both worlds.
func (p *pair) enters(c modelstest.Couple, unlocked bool) {
	p.both(func(_ int, w *world) {
		token, _, err := w.db.StartSession(ctx, c.Partner)
		must(p.t, err)
		p.cookie = w.cookie(token)
		if unlocked {
			v, err := w.db.Authenticate(ctx, token)
			must(p.t, err)
			must(p.t, w.db.Unlock(ctx, v, modelstest.Passphrase))
		}
	})
}

// partnerLooks compares for the partner on her own pages: what they never give
// back of her answers differs, and what the others write for themselves.
func partnerLooks(t *testing.T, l lived, p *pair, random *rand.Rand) string {
	at := random.IntN(len(l.couples))
	if l.gone[at] {
		return ""
	}
	layout := layoutOf(t, p.other)
	s, f := layout.ofPartner(l.couples[at]), l.fateOf(t, p, p.other, random)
	for range 6 {
		f.aside(f.couples[at], judgements[random.IntN(len(judgements))])
	}
	f.checkIn(f.couples[at])
	s.disturb(t, p.other.raw, random)
	rewriteUnseen(t, p.other, random)
	p.differs(t, layout, s)
	p.deafTo = http.MethodPost // her form raises flags, or does not
	return p.compare(func() {
		p.walk(random, partner, l.couples[at]).asPartner(func() { p.enters(l.couples[at], true) })
	})
}

// therapistLooks compares for a therapist: all of another therapist's cases
// differs.
func therapistLooks(t *testing.T, l lived, p *pair, random *rand.Rand) string {
	own, other := []modelstest.Couple{l.couples[0], l.couples[1]}, []modelstest.Couple{l.couples[2]}
	if random.IntN(2) == 0 {
		own, other = other, own
	}
	v, layout := own[0].Therapist, layoutOf(t, p.other)
	s := layout.ofTherapist(v, own)
	f := l.fateOf(t, p, p.other, random)
	for range 6 {
		for _, c := range f.couples {
			if c.CaseID == other[0].CaseID {
				f.aside(c, asides[random.IntN(len(asides)-4)]) // all but the last, which are the practice’s
				f.checkIn(c)
				f.report(c)
			}
		}
	}
	s.disturb(t, p.other.raw, random)
	if random.IntN(3) == 0 {
		sqlExec(t, p.other.raw, `DELETE FROM cases WHERE therapist_id <> ? AND id NOT IN (SELECT min(id) FROM cases GROUP BY therapist_id)`, v.PersonID)
	}
	// The owner is told of a therapist who has left whether there are cases left: in
	// that the worlds may not differ.
	const have = `SELECT DISTINCT therapist_id FROM cases ORDER BY 1`
	if v.Owner && !slices.Equal(texts(t, p.one.raw, have), texts(t, p.other.raw, have)) {
		return ""
	}
	p.differs(t, layout, s)
	return p.compare(func() {
		p.cookie = p.one.cookie(l.sessions[v.PersonID])
		w := p.walk(random, therapist, own[0])
		w.asTherapist(own[0], other[0])
		// At last the case is closed, which opens the way to its end.
		p.both(func(_ int, in *world) {
			f := l.fateOf(t, p, in, rand.New(rand.NewPCG(1, 1)))
			c := f.couples[slices.IndexFunc(l.couples, func(c modelstest.Couple) bool { return c.CaseID == own[0].CaseID })]
			if _, err := in.db.Case(ctx, c.Therapist, c.CaseID); err != nil {
				return // it was handed over on the way
			}
			f.note("close flags", closeFlags(f, c))
			f.note("close the case", f.p.CloseCase(ctx, c.Therapist, c.CaseID, models.CloseInput{On: string(f.today()), Reason: "Done."}))
		})
		w.pages()
	})
}
