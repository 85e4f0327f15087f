package handlers

import (
	"strings"

	"enough/models"
)

// verdictView is the verdict and the evidence, two lines that are never mixed,
// with what each went by. The therapist's alone.
type verdictView struct {
	Phase        string
	Kind         string
	Verdict      string
	Reasons      []string
	Lacking      []string
	Disagreement string
	Since        string
	Cautions     []string
	Evidence     *evidenceView
}

// evidenceView is the line of the evidence and what must be read with it.
type evidenceView struct {
	About   string
	Label   string
	Doubt   string
	Remarks []string
}

// newVerdictView gives both lines as a review has them.
func newVerdictView(r models.Review) verdictView {
	view := keptVerdict(r.Verdict())
	if e, ok := r.Evidence(); ok {
		view.Evidence = newEvidenceView(e)
	}
	return view
}

func newEvidenceView(e models.Evidence) *evidenceView {
	return &evidenceView{About: "Evidence on " + models.ItemText(e.Outcome), Label: models.EvidenceText(e.Label), Doubt: e.Doubt(), Remarks: e.Remarks()}
}

// keptVerdict gives the verdict alone, as a decision keeps it.
func keptVerdict(v models.Verdict) verdictView {
	return verdictView{Phase: v.Phase, Kind: v.Kind, Verdict: models.VerdictText(v.Kind), Reasons: v.Reasons, Lacking: v.Lacking,
		Disagreement: v.Disagreement, Since: v.Since, Cautions: v.Cautions}
}

// Looked says in one line what the rule looked at.
func (v verdictView) Looked() string { return capital(strings.Join(v.Reasons, "; ")) + "." }

// Why says in one line what keeps the verdict from being another.
func (v verdictView) Why() string {
	if len(v.Lacking) == 0 {
		return ""
	}
	return sentence(capital(strings.Join(v.Lacking, "; ")))
}

// line writes the verdict as it is kept with a decision.
func (v verdictView) line() string {
	parts := []string{v.Verdict + "."}
	for _, s := range append([]string{v.Why(), v.Looked(), v.Since, v.Disagreement}, v.Cautions...) {
		if s != "" && s != "." {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ")
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
