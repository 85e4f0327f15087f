package handlers

import (
	"bytes"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"enough/models"
	"enough/models/modelstest"
)

// sees says, for each who may come in, of which columns the texts of the first
// couple or of the practice are sent, all in all. The therapist is sent all that
// is the couple's, but for what no page shows.
var (
	sees = map[string]string{
		"client": "clients.name cases.goal checkins.note client_contacts.address client_notices.body experiments.behaviour experiments.counts_if experiments.not_counts_if experiments.if_moment " +
			"experiments.then_act experiments.dose_words experiments.stop_wording phases.behaviour phases.counts_if snapshots.words snapshots.reported_by",
		"partner":          "practices.emergency",
		"partner unlocked": "partners.name practices.emergency phases.label partner_reports.note partner_calls.different partner_contacts.address partner_notices.body",
		"other partner":    "practices.emergency", "partner who has sent": "",
		"nobody": "", "expired client": "", "partner without access": "", "client of a closed case": "", "partner of a closed case": "",
		"other client": "", "other therapist": "practices.emergency", "therapist": "(all)",
		"supervisor": "", "other supervisor": "", "half therapist": "", "sharer": "(case)", "therapist who left": "", "deputy": "(case)",
	}
	shownNowhere = strings.Fields("people.signin checkin_corrections.was partner_report_corrections.was partner_proposals.wording partner_notices.body partner_pauses.reason " +
		"excused_weeks.reason phases.not_counts_if closings.reason experiments.end_reason flags.reason set_aside_weeks.back_reason authenticators.secret people.address messages.detail")
	// hersFirst are what the second couple's partner sees of her own: her form is
	// open still.
	hersFirst = " phases.label"
)

var canaries struct {
	once    sync.Once
	stage   *stage
	columns map[string]string // by token, with whose it is
}

// planted is a stage in which every text that somebody wrote is one of its own:
// a name, a contact, a note, whatever is sealed and the little that is not.
func planted(t *testing.T) *stage {
	t.Helper()
	canaries.once.Do(func() {
		p := theStage(t).open(t)
		fill(t, p)
		next := &modelstest.Practice{DB: p.db, File: p.file, Clock: p.clock, Owner: p.couple.Therapist}
		next.Couple(t, next.Owner, "gil").Plan(t)
		guard := textsIn(t, p, `SELECT sql FROM sqlite_schema WHERE name = 'flags_as_raised'`)[0]
		sqlExec(t, p.raw, `DROP TRIGGER flags_as_raised`)
		columns := map[string]string{}
		token := func(column, whose string) string {
			token := "zq" + strings.NewReplacer(".", "", "_", "").Replace(column) + whose + mark
			columns[token] = column + " " + whose
			return token
		}
		for whose, c := range map[string]*modelstest.Couple{"1": p.couple, "2": p.other, "4": p.closed} {
			for _, s := range models.AllSealed() {
				if s.Case == "''" {
					continue // of no case
				}
				for _, column := range s.Columns {
					where := s.Case + ` = '` + c.CaseID + `'`
					if s.Table == "people" { // each has their own
						modelstest.Write(t, p.raw, p.file, s.Table, column, token("clients.name", whose), where+` AND role = 'client'`)
						modelstest.Write(t, p.raw, p.file, s.Table, column, token("partners.name", whose), where+` AND role = 'partner'`)
						continue
					}
					text := token(s.Table+"."+column, whose)
					if s.Table == "flags" && column == "reason" {
						where += ` AND closed_on IS NOT NULL`
					}
					if strings.HasSuffix(s.Table, "_corrections") {
						text = `{"Note":"` + text + `"}`
					}
					modelstest.Write(t, p.raw, p.file, s.Table, column, text, where)
				}
			}
			sqlExec(t, p.raw, `UPDATE people SET signin = ? || role WHERE case_id = ? AND signin IS NOT NULL`, token("people.signin", whose), c.CaseID)
		}
		modelstest.Write(t, p.raw, p.file, "authenticators", "secret", token("authenticators.secret", "0"), "1")
		modelstest.Write(t, p.raw, p.file, "passkeys", "name", token("passkeys.name", "0"), "1")
		sqlExec(t, p.raw, `UPDATE practices SET name = ?, emergency = ?`, token("practices.name", "0"), token("practices.emergency", "0"))
		sqlExec(t, p.raw, guard)
		s := *p.stage
		file := filepath.Join(t.TempDir(), "planted.db")
		sqlExec(t, p.raw, `VACUUM INTO ?`, file)
		for from, into := range map[string]*[]byte{file: &s.kept, models.KeyFile(p.file): &s.keys[0], models.KeyFile(p.file) + ".cases": &s.keys[1]} {
			var err error
			*into, err = os.ReadFile(from)
			must(t, err)
		}
		canaries.stage, canaries.columns = &s, columns
	})
	if canaries.stage == nil {
		t.Fatal("nothing was planted")
	}
	return canaries.stage
}

var canary = regexp.MustCompile(`zq[a-z]+[0-9]` + mark)

// TestCanary_eachSeesTheirs crawls as everybody and reads every answer, and the
// log, for every text that anybody wrote, however it is written there. Each is
// sent what is listed and nothing else, nobody else's couple's anything. The
// crawls together reach every route.
func TestCanary_eachSeesTheirs(t *testing.T) {
	s := planted(t)
	var mu sync.Mutex
	reached, answers, found := map[string]bool{}, 0, 0
	t.Run("as", func(t *testing.T) {
		for actor, want := range sees {
			t.Run(actor, func(t *testing.T) {
				t.Parallel()
				p := s.open(t)
				var log bytes.Buffer
				var err error
				p.App, err = New(Config{DB: p.db, BaseURL: testSite.Origin, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
				must(t, err)
				b := p.as(actor)
				all := b.follow("/")
				for _, last := range []string{"/exit", "/signout"} { // their forms stand on every page
					all["POST "+last+" "] = p.as(actor).post(last, url.Values{})
				}
				seen, read := map[string]string{}, map[string]bool{}
				for _, request := range slices.Sorted(maps.Keys(all)) {
					text := steady(whole(all[request]))
					if all[request].Code >= 500 {
						t.Errorf("%s: %d", request, all[request].Code)
					}
					if read[text] || strings.HasPrefix(request, "/static/") {
						continue
					}
					read[text] = true
					for _, reading := range modelstest.Readings(text) {
						for _, token := range canary.FindAllString(reading, -1) {
							seen[token] = request
						}
					}
				}
				if hits := canary.FindAllString(strings.Join(modelstest.Readings(log.String()), "\n"), -1); hits != nil {
					t.Errorf("the log holds %v", hits)
				}
				checkSeen(t, actor, want, seen)
				mu.Lock()
				defer mu.Unlock()
				answers, found = answers+len(all), found+len(seen)
				for _, r := range p.routes() {
					at := regexp.MustCompile("^" + regexp.MustCompile(`:\w+`).ReplaceAllString(strings.Replace(r.path, "*", ".+", 1), "[^/]+") + "$")
					for request, w := range all {
						path, isPost := strings.CutPrefix(request, "POST ")
						path, _, _ = strings.Cut(strings.Fields(path)[0], "?")
						reached[r.method+" "+r.path] = reached[r.method+" "+r.path] || isPost == (r.method == http.MethodPost) && at.MatchString(path) && w.Code != http.StatusNotFound
					}
				}
			})
		}
	})
	routes := 0
	for route, yes := range reached {
		if yes {
			routes++
		}
		// The first is for machines, the second for who starts the program, and the way
		// to the third is in a message.
		if !yes && route != "GET /healthz" && !strings.HasSuffix(route, " /setup/:token") && !strings.HasSuffix(route, " /link/:token") {
			t.Errorf("no crawl reaches %s", route)
		}
	}
	t.Logf("%d texts in six encodings looked for in %d answers to %d actors; %d were where they may be; %d routes reached", len(canaries.columns), answers, len(sees), found, routes)
}

// checkSeen holds what somebody was sent to what may be sent.
func checkSeen(t *testing.T, actor, want string, seen map[string]string) {
	mine := map[string]bool{}
	for token, request := range seen {
		column, whose, _ := strings.Cut(canaries.columns[token], " ")
		switch {
		case strings.HasPrefix(actor, "other ") && whose == "2":
			of := strings.TrimPrefix(actor, "other ")
			if of != "therapist" && !slices.Contains(strings.Fields(sees[of]+hersFirst), column) {
				t.Errorf("%s: %s", request, token)
			}
		case actor == "therapist" && whose == "4":
		case whose != "1" && whose != "0" || want != "(all)" && want != "(case)" && !slices.Contains(strings.Fields(want), column):
			t.Errorf("%s: %s", request, token)
		default:
			mine[column] = true
		}
	}
	if want == "(all)" || want == "(case)" {
		least := map[string]string{"(all)": "0", "(case)": "1"}[want]
		want = ""
		for _, column := range canaries.columns {
			if column, whose, _ := strings.Cut(column, " "); whose < "2" && whose >= least && !slices.Contains(shownNowhere, column) {
				want += column + " "
			}
		}
	}
	for _, column := range strings.Fields(want) {
		if !mine[column] {
			t.Errorf("no page shows %s, which may be seen", column)
		}
	}
}
