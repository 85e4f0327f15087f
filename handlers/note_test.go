package handlers

import (
	"strings"
	"testing"

	"enough/models"
)

// noteOn gives the text of a note of the stage's first couple.
func (p *play) noteOn(file string) string {
	p.t.Helper()
	w := p.as("therapist").get(notePath(p.couple.Experiment, file))
	list := elements(parse(p.t, w.Body.String()), tag("textarea"))
	if len(list) != 1 {
		p.t.Fatalf("the note for the %s’s file: %d", file, w.Code)
	}
	return wordsIn(list[0])
}

// TestNotes_neverMixed: whatever the partner reports, and whatever is made of it, the
// note for the client's file is the same; the other one says it.
func TestNotes_neverMixed(t *testing.T) {
	p := theStage(t).open(t)
	fill(t, p)
	client, partner := p.noteOn("client"), p.noteOn("partner")
	for _, want := range []string{"Review of plan", "Goal in the client’s words", "Client’s rating of tension", "Released material discussed: what was shown on"} {
		if !strings.Contains(client, want) {
			t.Errorf("the client’s does not say %q: %s", want, client)
		}
	}
	sqlExec(t, p.raw, `UPDATE partner_reports SET conflict = 10, conflict_state = 'answered', leaving = 9, leaving_state = 'answered', safe = 'not_always', pushed = 'a_little', children = 'quieter'`)
	if got := p.noteOn("client"); got != client {
		t.Errorf("the client’s changes with her answers: %s", apart(client, got))
	}
	now := p.noteOn("partner")
	for _, want := range []string{"Partner reports", "not always", "a little", "quieter", "Flags:"} {
		if now == partner || !strings.Contains(now, want) {
			t.Errorf("the partner’s does not say %q: %s", want, now)
		}
	}
	if n := count(t, p.raw, `SELECT count(*) FROM audit WHERE action = 'note printed'`); n != 4 {
		t.Errorf("%d rows say that a note was made", n)
	}
}

// TestNotes_endings: whatever ends the work stands in the client's file in the same
// words.
func TestNotes_endings(t *testing.T) {
	p := theStage(t).open(t)
	p.closesFlags()
	said := map[string]bool{}
	for _, choice := range []string{"stop_no_benefit", "stop_harm", "end_treatment"} {
		r, err := p.db.Review(t.Context(), p.couple.Therapist, p.couple.Experiment)
		must(t, err)
		_, version := r.Frozen()
		must(t, p.db.Decide(t.Context(), p.couple.Therapist, p.couple.Experiment, models.DecisionInput{Choice: choice, On: string(r.Today), Present: "client", Reasons: "Her answers.",
			SuffersLess: "She.", WhoPays: "He.", Because: "Heard alone.", Line: [4]string{"no", "yes", "yes", "unsure"}, SkillUsed: "yes", SkillAgainst: "Her.", Version: version,
			From: string(r.Today), PartnerFirst: string(r.Today), Referral: "To a colleague."}))
		note := p.noteOn("client")
		for _, wrong := range []string{"harm", "benefit", "Her answers", "Her.", "skill"} {
			if strings.Contains(note, wrong) {
				t.Errorf("after %s it says %q: %s", choice, wrong, note)
			}
		}
		said[strings.NewReplacer(r.Today.Long(), "", "…", "", "To a colleague", "").Replace(note)] = true
		if other := p.noteOn("partner"); !strings.Contains(other, "Skill used against someone: yes. Her.") || !strings.Contains(other, "not sure") || !strings.Contains(other, "Her answers.") {
			t.Errorf("the partner’s note is %s", other)
		}
	}
	if len(said) != 1 {
		t.Errorf("the client can tell them apart: %v", said)
	}
}
