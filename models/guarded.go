package models

import (
	"context"
	"encoding/json"
	"slices"
)

// Guarded are the answers of a report by which the partner says that she is not
// safe or not free, and how she wants to be reached. Whoever holds her phone may
// have her passphrase too, so they go in and never come back out to it: no page
// of hers repeats them, and none fills them in when she corrects a report.
//
// In a report an empty answer is one that was skipped. In a correction, where
// she cannot see what she said, it is one that was left alone, and what she said
// stands. She can give another answer; to take one away again is nobody's.
type Guarded struct{ Safe, Pushed, Contact, ContactBy string }

// Guarded gives those of the report.
func (p PartnerReport) Guarded() Guarded { return Guarded{p.Safe, p.Pushed, p.Contact, p.ContactBy} }

// withoutGuarded gives the report as its writer may read it.
func (p PartnerReport) withoutGuarded() PartnerReport {
	p.Safe, p.Pushed, p.Contact, p.ContactBy, p.Before = "", "", "", "", nil
	return p
}

// keepGuarded keeps what a correction left alone.
func (p *PartnerReport) keepGuarded(was PartnerReport) {
	if p.Safe == "skipped" {
		p.Safe = was.Safe
	}
	if p.Pushed == "skipped" {
		p.Pushed = was.Pushed
	}
	if p.Contact == "skipped" {
		p.Contact = was.Contact
	}
	if p.ContactBy == "skipped" || p.ContactBy == "not_asked" {
		p.ContactBy = was.ContactBy
	}
}

// EverPushed is the strongest that the report said in any of its versions of
// whether somebody pushed her: the one who corrected it may have been he.
func (p PartnerReport) EverPushed() string {
	rank := func(answer string) int { return slices.Index([]string{"skipped", "no", "a_little", "yes"}, answer) }
	most := p.Pushed
	for _, before := range p.Before {
		if rank(before.Pushed) > rank(most) {
			most = before.Pushed
		}
	}
	return most
}

// remember adds to the reports of a case what they said before they were
// corrected.
func (t *tx) remember(ctx context.Context, caseID string, list []PartnerReport) error {
	if !slices.ContainsFunc(list, PartnerReport.Corrected) {
		return nil
	}
	rows, err := t.QueryContext(ctx, `SELECT r.id, c.id, c.was FROM partner_report_corrections c JOIN partner_reports r ON r.id = c.report_id
		WHERE r.case_id = $1 ORDER BY r.id, c.version`, caseID)
	if err != nil {
		return err
	}
	defer rows.Close()
	before := map[string][]Guarded{}
	for rows.Next() {
		var id, correction, kept string
		var was PartnerReport
		if err := rows.Scan(&id, &correction, t.texts("partner_report_corrections", &caseID, &correction).out("was", &kept)); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(kept), &was); err != nil {
			return err
		}
		before[id] = append(before[id], was.Guarded())
	}
	for i := range list {
		list[i].Before = before[list[i].ID]
	}
	return rows.Err()
}
