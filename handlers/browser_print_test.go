package handlers

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
)

// TestBrowserAgreement_onePage prints every agreement of the demo on A4.
func TestBrowserAgreement_onePage(t *testing.T) {
	a := newDemo(t)
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	vera := a.person(t, "Dr Vera")
	lines, err := a.db.Cases(context.Background(), vera)
	if err != nil {
		t.Fatal(err)
	}
	b := openTab(t, server.URL, laptop)
	cookie := sessionOf(t, a, vera)
	b.cookie(cookie.Name, cookie.Value, "/")
	pageObject := regexp.MustCompile(`/Type\s*/Page\b`)
	for _, line := range lines {
		b.visit(agreementPath(line.Experiment.ID))
		pdf := tabCall(b, cdppage.PrintToPDF, cdppage.PrintToPDFParams{PaperWidth: 8.27, PaperHeight: 11.69})
		if n := len(pageObject.FindAll(pdf.Data, -1)); n != 1 {
			t.Errorf("the agreement of %s prints on %d pages, wanted 1", line.Client, n)
		}
		if dir := os.Getenv("ENOUGH_SHOTS"); dir != "" {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "agreement.pdf"), pdf.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
