package handlers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html/template"
	"io/fs"
	"path"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/jba/templatecheck"

	"enough/models"
	"enough/static"
	"enough/templates"
)

// pageViews are the views of whole pages, one for each file in pages.
var pageViews = []view{aboutPage{}, accountPage{}, codesPage{}, digitsPage{}, messagesPage{}, passkeyPage{}, setSecondPage{}, agreementPage{}, asidePage{}, casePage{}, casesPage{}, decisionPage{}, exitPage{}, libraryPage{}, logPage{}, experimentPage{}, flagsPage{}, maskedPage{}, notePage{}, ownPage{}, ownChartPage{}, planPage{}, practicePage{},
	problemPage{}, publishPage{}, releasePage{}, reviewPage{}, seenPage{}, sharedPage{}, sharesPage{}, simplePage{}, startPage{}, supervisedCasePage{}, supervisedPage{}, supervisionPage{}, togetherPage{}, visitPage{}, weekPage{}, weeksPage{}, workPage{}}

// partialViews are the views that are also sent alone.
var partialViews = []view{chart{}, form{}, problem{}, sight{}, tapCard{}}

// subPartials are included by others alone, with the type that each takes.
var subPartials = map[string]any{"about": field{}, "agreement_text": agreement{}, "chart_key": []keyEntry{}, "attention": attention{}, "decision_view": decisionView{}, "open_flag": openFlag{}, "outcome_numbers": []outcomeNumbers{}, "described": field{}, "flag": flagView{}, "verdict": verdictView{},
	"experiment_row": experimentRow{}, "field": field{}, "offers": []offerGroup{}, "pairs": []saved{}, "said": said{}, "snapshot": snapshotView{}, "spark": spark{}, "table": table{}, "turns": []turn{}}

func theRenderer(t *testing.T) *renderer {
	t.Helper()
	assets, err := static.Load()
	must(t, err)
	r, err := newRenderer(templates.Files, assets)
	must(t, err)
	return r
}

// TestTemplates_fitTheirViews checks every field and method that a template
// names against the type it is given, in every branch.
func TestTemplates_fitTheirViews(t *testing.T) {
	check := func(set *template.Template, name string, data any) {
		t.Helper()
		if set = set.Lookup(name); set == nil {
			t.Errorf("%T: there is no template %q", data, name)
			return
		}
		if err := templatecheck.CheckHTML(set, data); err != nil {
			t.Errorf("%T: %v", data, err)
		}
	}
	r := theRenderer(t)
	left := map[string]bool{}
	for _, folder := range []string{"pages", "partials"} {
		names, err := fs.Glob(templates.Files, folder+"/*.html")
		must(t, err)
		for _, name := range names {
			left[folder+" "+strings.TrimSuffix(path.Base(name), ".html")] = true
		}
	}
	for _, v := range pageViews {
		delete(left, "pages "+v.template())
		if set := r.pages[v.template()]; set == nil {
			t.Errorf("%T: there is no page %q", v, v.template())
		} else {
			check(set, "layout", v)
		}
	}
	for _, v := range partialViews {
		delete(left, "partials "+v.template())
		check(r.partials, v.template(), v)
	}
	for name, data := range subPartials {
		delete(left, "partials "+name)
		check(r.partials, name, data)
	}
	for name := range left {
		t.Errorf("%s has no view", name)
	}
}

// TestTemplates_viewsAreListed reads the package, so that no view is forgotten
// in the lists above.
func TestTemplates_viewsAreListed(t *testing.T) {
	listed := map[string]string{}
	for _, v := range append(append([]view{}, pageViews...), partialViews...) {
		listed[reflect.TypeOf(v).Name()] = v.template()
	}
	names, err := filepath.Glob("*.go")
	must(t, err)
	found := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		must(t, err)
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || fn.Name.Name != "template" {
				continue
			}
			found++
			if name := fn.Recv.List[0].Type.(*ast.Ident).Name; listed[name] == "" {
				t.Errorf("the view %s is not checked", name)
			}
		}
	}
	if found != len(listed) {
		t.Errorf("%d views are listed, %d are there", len(listed), found)
	}
}

// TestTemplates_fragmentsAreInTheirPages holds a fragment to the bytes that its
// page has for it, so that a swap and a reload show the same.
func TestTemplates_fragmentsAreInTheirPages(t *testing.T) {
	r := theRenderer(t)
	x := filler{value: func(name string) string { return "<typed " + name + ">" }, bad: models.FieldErrors{"a": "Mend this.", "c": "And this."}}
	fm := form{ID: "f", Action: "/somewhere", Submit: "Save", Problem: "Some answers need a change.", Hidden: hidden(nil, "3"), Saved: []saved{{"A", "as kept"}},
		Parts: []part{{Heading: "One", Intro: "Two.", Fields: []field{x.text("a", "A", "hint"), x.area("b", "B", ""), x.number("n", "N", "", 0, 9), x.date("d", "D", ""),
			x.choice("c", "C", "y", "Yes", "n", "No"), x.scale("s", "S", "low", "mid", "high").when("c=y"), x.passphrase("p", "P", ""), x.field("select", "w", "W")}}}}
	tap := tapCard{Behaviour: "Ask.", CountsIf: "asked.", Line: "Planned 2. Done 1.", DoneID: "1", UndoID: "2", CanUndo: true}
	picture := chart{ID: "c", Two: true, Caption: "A & B", Key: []keyEntry{{"A", "line-1", "circle", "", false}, {"B", "line-2", "bar", "8 4", false}}, Table: table{Head: []string{"Week"}}}
	trouble := problem{Title: "Not found", Text: "There is no such page.", Code: "ABCD"}
	seen := sight{Action: "/elsewhere", Design: "A & B.", Lines: []saved{{"One", "Two."}}, Table: table{Head: []string{"C"}, Rows: [][]string{{"1"}}}, Couples: "Some."}
	for _, tt := range []struct {
		page  view
		parts []view
	}{
		{simplePage{Form: fm}, []view{fm}},
		{simplePage{Form: form{Parts: []part{{Sight: &seen}}}}, []view{seen}},
		{simplePage{Form: form{Parts: []part{{Sight: &sight{Missing: []string{"A: enter B."}}}}}}, []view{sight{Missing: []string{"A: enter B."}}}},
		{weekPage{Tap: &tap, Form: &fm}, []view{tap, fm}},
		{decisionPage{Form: fm}, []view{fm}},
		{reviewPage{Outcomes: &picture, Care: &chart{ID: "d"}, Forecast: &chart{ID: "e"}}, []view{picture}},
		{experimentPage{Start: &fm}, []view{fm}},
		{practicePage{Form: fm, Add: fm}, []view{fm}},
		{weeksPage{Excuse: fm, Pause: fm}, []view{fm}},
		{visitPage{Form: &fm}, []view{fm}},
		{ownPage{Unlock: &fm}, []view{fm}},
		{problemPage{Problem: trouble}, []view{trouble}},
	} {
		whole, err := r.page(tt.page)
		must(t, err)
		for _, part := range tt.parts {
			fragment, err := r.partial(part)
			must(t, err)
			if len(fragment) == 0 || !strings.Contains(string(whole), string(fragment)) {
				t.Errorf("the page of %T does not hold the bytes of %T", tt.page, part)
			}
			for _, wrong := range lintHTML(string(fragment)) {
				t.Errorf("%T: %s", part, wrong)
			}
		}
	}
}

// TestTemplates_escape shows that what people type is text everywhere.
func TestTemplates_escape(t *testing.T) {
	r := theRenderer(t)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	x := filler{value: func(string) string { return evil }, bad: models.FieldErrors{"a": evil}}
	b, err := r.page(simplePage{Page: page{Title: evil, Heading: evil, Name: evil, Nav: []link{{Text: evil, Href: "/"}}}, Intro: []string{evil},
		Form: form{ID: "f", Problem: evil, Saved: []saved{{evil, evil}}, Hidden: []saved{{"h", evil}}, Parts: []part{{Heading: evil, Fields: []field{x.text("a", evil, evil), x.area("b", evil, evil)}}}}})
	must(t, err)
	shared, err := r.page(sharedPage{Snapshots: []snapshotView{{Words: evil, By: evil, Chart: &chart{ID: "c", Caption: evil, Option: map[string]any{evil: evil + strconv.Itoa(1)}}}}})
	must(t, err)
	for _, body := range []string{string(b), string(shared)} {
		for _, wrong := range lintHTML(body) {
			t.Error(wrong)
		}
		if strings.Contains(body, "<img") {
			t.Error("typed text became an element")
		}
	}
}
