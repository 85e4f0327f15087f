package models

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"

	"enough/models/seal"
)

// texts seals and opens the texts of one row of a table, under the key of its
// case. A sealed text is bound to its table, column and row: nobody can move it
// to another. The empty text is kept as it is, so that the schema can ask for
// one and have one by default.
//
// Rows are read column by column: the row and its case may be scanned by the
// same call as its texts, if they come first.
type texts struct {
	keys        *keys
	table       string
	caseID, row *string
}

// texts gives those of a row that is written or read. No case stands for the
// practice itself.
func (t *tx) texts(table string, caseID, row *string) texts { return texts{t.keys, table, caseID, row} }

// textsOf is texts where the row is known beforehand.
func (t *tx) textsOf(table, caseID, row string) texts { return t.texts(table, &caseID, &row) }

func (x texts) key() (seal.Key, error) { return x.keys.ofCase(*x.caseID) }

// in gives a text as an argument of a statement that writes it into a column.
func (x texts) in(column, text string) driver.Valuer { return sealing{x, column, text} }

// out gives where to scan a column to, for its text.
func (x texts) out(column string, text *string) sql.Scanner { return opening{x, column, text} }

type sealing struct {
	texts
	column, text string
}

func (s sealing) Value() (driver.Value, error) {
	if s.text == "" {
		return []byte{}, nil
	}
	key, err := s.key()
	if err != nil {
		return nil, err
	}
	return key.Seal(s.text, s.table, s.column, *s.row), nil
}

type opening struct {
	texts
	column string
	text   *string
}

func (o opening) Scan(from any) error {
	sealed, ok := from.([]byte)
	if !ok && from != nil {
		return fmt.Errorf("%s.%s holds a %T, not a sealed text", o.table, o.column, from)
	}
	if len(sealed) == 0 {
		*o.text = ""
		return nil
	}
	key, err := o.key()
	if err != nil {
		return err
	}
	*o.text, err = key.Open(sealed, o.table, o.column, *o.row)
	if err != nil {
		return fmt.Errorf("%s.%s: %w", o.table, o.column, err)
	}
	return nil
}

// SealedTexts are the sealed columns of one table, with the SQL that gives, for
// a row of it, the id of its case and by what the row is told from others.
type SealedTexts struct {
	Table, Case, Row string
	Columns          []string
}

// AllSealed lists every sealed text of the schema.
func AllSealed() []SealedTexts {
	columns := func(table, caseID, row string, names ...string) SealedTexts {
		return SealedTexts{table, caseID, row, names}
	}
	return []SealedTexts{
		columns("people", "COALESCE(case_id, '')", "id", "name", "address"),
		columns("authenticators", "''", "person_id", "secret"),
		columns("passkeys", "''", "id", "name"),
		columns("signin_links", "''", "token_hash", "token"),
		columns("cases", "id", "id", "goal", "stake", "cooperation", "standing", "ending"),
		columns("closings", "case_id", "id", "reason"),
		columns("handovers", "case_id", "id", "reason"),
		columns("candidates", "case_id", "place", "behaviour"),
		columns("gates", "case_id", "case_id", "concern_reason", "concern_second", "holding_back", "defensiveness", "what_each_gets", "skill_note"),
		columns("partner_contacts", "case_id", "case_id", "address", "times", "words", "never"),
		columns("client_contacts", "case_id", "case_id", "address"),
		columns("messages", "case_id", "id", "detail"),
		columns("experiments", "case_id", "id", "behaviour", "label", "counts_if", "not_counts_if", "if_moment", "then_act", "dose_words", "stop_wording", "end_reason"),
		columns("plan_changes", "(SELECT e.case_id FROM experiments e WHERE e.id = experiment_id)", "id", "was", "now", "reason"),
		columns("phases", "case_id", "id", "behaviour", "label", "counts_if", "not_counts_if"),
		columns("excused_weeks", "case_id", "week", "reason"),
		columns("partner_pauses", "case_id", "id", "reason"),
		columns("checkins", "case_id", "id", "note"),
		columns("checkin_corrections", "(SELECT c.case_id FROM checkins c WHERE c.id = checkin_id)", "id", "was"),
		columns("partner_reports", "case_id", "id", "note"),
		columns("partner_report_corrections", "(SELECT r.case_id FROM partner_reports r WHERE r.id = report_id)", "id", "was"),
		columns("set_aside_weeks", "case_id", "id", "reason", "back_reason"),
		columns("partner_calls", "case_id", "week", "different"),
		columns("partner_proposals", "case_id", "id", "wording"),
		columns("snapshots", "case_id", "id", "words", "reported_by"),
		columns("decisions", "case_id", "id", "reasons", "suffers_less", "who_pays", "learning", "client_text", "partner_text", "because", "skill_against", "referral"),
		columns("client_notices", "case_id", "id", "body"),
		columns("partner_notices", "case_id", "id", "body"),
		columns("flags", "case_id", "id", "said", "reason"),
		columns("log_lines", "case_id", "id", "words"),
	}
}

// CheckTexts opens every sealed text and says of the first that cannot be
// opened where it lies.
func (db *DB) CheckTexts(ctx context.Context) error {
	return db.read(ctx, func(ctx context.Context, t *tx) error {
		for _, sealed := range AllSealed() {
			if err := t.checkTexts(ctx, sealed); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) checkTexts(ctx context.Context, sealed SealedTexts) error {
	rows, err := t.QueryContext(ctx, `SELECT `+sealed.Case+`, `+sealed.Row+`, `+strings.Join(sealed.Columns, ", ")+` FROM `+sealed.Table)
	if err != nil {
		return err
	}
	defer rows.Close()
	var caseID, row, text string
	x := t.texts(sealed.Table, &caseID, &row)
	into := []any{&caseID, &row}
	for _, column := range sealed.Columns {
		into = append(into, x.out(column, &text))
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
	}
	return rows.Err()
}
