package handlers

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// ownRows says which rows of each table belong to some cases and to some people,
// both given as conditions.
func ownRows(tables map[string][]column, cases, people string) map[string]string {
	in := func(column, table, where string) string {
		return column + ` IN (SELECT id FROM ` + table + ` WHERE ` + where + `)`
	}
	ofCase := in("case_id", "cases", cases)
	rows := map[string]string{}
	for table, columns := range tables {
		for _, c := range columns {
			switch {
			case table == "practices":
				rows[table] = "1"
			case table == "cases":
				rows[table] = cases
			case table == "people":
				rows[table] = people
			case table == "signin_links": // whom it is for is looked up later
				rows[table] = `signin IN (SELECT signin FROM people WHERE signin IS NOT NULL AND ` + people + `)`
			case c.name == "case_id":
				rows[table] = ofCase
			case c.name == "snapshot_id":
				rows[table] = in("snapshot_id", "snapshots", ofCase)
			case c.name == "experiment_id" && rows[table] == "":
				rows[table] = in("experiment_id", "experiments", ofCase)
			case c.name == "checkin_id":
				rows[table] = in("checkin_id", "checkins", ofCase)
			case c.name == "report_id":
				rows[table] = in("report_id", "partner_reports", ofCase)
			case c.name == "person_id" && rows[table] == "":
				rows[table] = in("person_id", "people", people)
			}
		}
	}
	return rows
}

// people are the rows of some persons.
func people(list ...models.Viewer) string {
	var ids []string
	for _, v := range list {
		ids = append(ids, `'`+v.PersonID+`'`)
	}
	return `id IN (` + strings.Join(ids, ", ") + `)`
}

// ofClient is what a client may see: of the rows of his case the columns that his
// connections can read, and all of his own person.
func (l layout) ofClient(c modelstest.Couple) scope {
	rows := ownRows(l.tables, `client_id = '`+c.Client.PersonID+`'`, people(c.Client))
	rows["messages"] = `person_id = '` + c.Client.PersonID + `'`
	own := []string{"messages", "signin_links", "people", "sessions", "submissions", "invitations", "checkin_corrections"}
	for table, columns := range l.tables {
		if !slices.Contains(own, table) && !slices.ContainsFunc(columns, func(c column) bool { return l.reads(table, c.name) }) {
			delete(rows, table)
		}
	}
	return scope{rows: rows, reads: l.reads, fixed: map[string]string{"occurrences.created_at": "his own, though no page shows it",
		"practices.quiet_from": "whether anybody is reminded", "practices.quiet_until": "whether anybody is reminded"}}
}

// ofTherapist is what a therapist may see: all of his own cases and their people,
// the settings, and who the therapists are.
func (l layout) ofTherapist(v models.Viewer, own []modelstest.Couple) scope {
	list := []models.Viewer{v}
	for _, c := range own {
		list = append(list, c.Client, c.Partner)
	}
	rows := ownRows(l.tables, `therapist_id = '`+v.PersonID+`'`, people(list...))
	rows["people"] += ` OR role = 'therapist'`
	return scope{rows: rows, reads: func(table, column string) bool { return table+"."+column != "people.address" },
		fixed: map[string]string{"people.address": "his own, though no other therapist’s"}}
}

// unseen is what the partner's pages never show her: the answers that they do not
// give back, what the therapist makes of hers, and all that the client writes.
var unseen = map[string]string{
	"partner_reports": "safe pushed contact contact_by", "partner_report_corrections": "was replaced_at", "partner_contacts": "times words never device_shared", "client_contacts": "*", "messages": "*", "signin_links": "*",
	"flags": "*", "traces": "*", "set_aside_weeks": "*", "handovers": "*", "case_shares": "*", "masked_guesses": "*", "decisions": "*", "plan_changes": "*", "candidates": "*", "log_lines": "*", "steps_done": "*", "responses": "*",
	"gates": "alone_on screen screen_on screen_result fear concern_reason concern_second goes_ahead holding_back defensiveness what_each_gets consent_on agenda skill_note version saved_at",
	"cases": "therapist_id goal stake cooperation standing economic ending version opened_at", "excused_weeks": "reason created_at", "partner_pauses": "reason created_at",
	"experiments": "if_moment then_act dose_words cost prediction confidence stop_wording draw_latest drawn_week end_reason version created_at",
	"phases":      "some_change worse_change fair_dose planned_weeks created_at", "practices": "name quiet_from quiet_until keep_years some_change worse_change least_drop fair_dose version created_at",
	"checkins": "*", "checkin_corrections": "*", "occurrences": "*", "client_notices": "*", "audit": "*",
}

// ofPartner is what a partner may see after her passphrase: her case and her
// person, but for what is unseen.
func (l layout) ofPartner(c modelstest.Couple) scope {
	rows := ownRows(l.tables, `partner_id = '`+c.Partner.PersonID+`'`, people(c.Partner))
	for table, columns := range unseen {
		if columns == "*" {
			delete(rows, table)
		}
	}
	return scope{rows: rows, reads: func(table, column string) bool { return !isUnseen(table, column) }, opened: true}
}

func isUnseen(table, column string) bool {
	return unseen[table] == "*" || slices.Contains(strings.Fields(unseen[table]), column)
}

// rewriteUnseen writes other texts where the partner never reads any: in her own
// case and in the others.
func rewriteUnseen(t testing.TB, w *world, random *rand.Rand) {
	t.Helper()
	defer withoutTriggers(t, w.raw)()
	for _, sealed := range models.AllSealed() {
		for _, column := range sealed.Columns {
			if isUnseen(sealed.Table, column) && column != "was" && random.IntN(4) == 0 { // that is no text, but a report
				modelstest.Write(t, w.raw, w.file, sealed.Table, column, "Other words "+itoa(random.IntN(1000))+".", "1")
			}
		}
	}
}
