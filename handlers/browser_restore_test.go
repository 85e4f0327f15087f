package handlers

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"enough/models"
	"enough/models/modelstest"
)

// profile starts a browser on a folder of the test's own. What it gives lets the
// browser close as a person would close it.
func profile(t *testing.T, dir string, more ...chromedp.ExecAllocatorOption) (ctx context.Context, end func()) {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(append(chromiumOptions(t), chromedp.UserDataDir(dir)), more...)...)
	ctx, _ = chromedp.NewContext(alloc)
	must(t, chromedp.Do(ctx))
	var ended bool
	end = func() {
		if !ended {
			ended = true
			limited, cancel := context.WithTimeout(ctx, 10*time.Second)
			defer cancel()
			_ = chromedp.Cancel(limited)
			stop()
		}
	}
	t.Cleanup(end)
	return ctx, end
}

// filesWith lists the files of a folder that hold a text, in one byte a letter or
// in two.
func filesWith(t *testing.T, dir, text string) (found []string) {
	t.Helper()
	var wide []byte
	for _, u := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	must(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(name)
		if bytes.Contains(content, []byte(text)) || bytes.Contains(content, wide) {
			found = append(found, strings.TrimPrefix(name, dir))
		}
		return err
	}))
	return found
}

// TestBrowserLeaveRestored closes a browser in which a partner has left, saved,
// read her own pages and left a form half written, and opens it again with all its
// tabs, as after “reopen”. Nothing of hers is in the tabs or in the files of the
// browser; a page of another site, written on beside it, shows that both look.
//
// It starts two browsers of its own: ENOUGH_RESTORED=yes runs it.
func TestBrowserLeaveRestored(t *testing.T) {
	if os.Getenv("ENOUGH_RESTORED") == "" {
		t.Skip("set ENOUGH_RESTORED=yes to close a browser and restore its tabs: not run")
	}
	t.Parallel()
	p := modelstest.Open(t)
	one, two := p.Couple(t, p.Owner, "Pavel").Start(t), p.Couple(t, p.Owner, "Karel").Start(t)
	p.NextMonday()
	one.Intervene(t)
	two.Intervene(t)
	p.Sunday()
	a := newApp(t, p.DB)
	url, to := serve(t, a), neutralSite(t)
	a.leave = to
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "Default"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "Default", "Preferences"), []byte(`{"session":{"restore_on_startup":1},"profile":{"exit_type":"Normal"}}`), 0o600))
	ctx, end := profile(t, dir)
	shared := func(*chromedp.Context) {}
	for i, act := range []func(b *tab){
		func(b *tab) { b.answers(); b.press(".exit button"); b.away(to) },
		func(b *tab) { b.answers(); b.submit(saveVisit) }, // without JavaScript: the form itself goes into the history
		func(b *tab) {
			b.turn(models.VisitOwn)
			b.fill("#passphrase", tracedPass)
			b.submit("#unlock-form .send button")
			b.wait(".pairs")
			b.press(".exit button")
			b.away(to)
		},
	} {
		b := openTabIn(t, ctx, shared, url, laptop, map[int][]tabOption{1: {noScript}}[i]...)
		b.elsewhere(to)
		b.signIn("pavel-partner", tracedPass)
		if b.count("form input[value=begin]") == 1 {
			b.submit("main .send button")
		}
		act(b)
	}
	half := openTabIn(t, ctx, shared, url, laptop)
	half.signIn("karel-partner", tracedPass)
	half.answers()
	// A browser notes what it would restore a second after it has changed.
	half.eval(`new Promise(done => setTimeout(done, 1500))`, nil)
	control := openTabIn(t, ctx, shared, to, laptop)
	control.visit("")
	control.fill("#control", "zqcontrol7f3a")
	control.eval(`new Promise(done => setTimeout(done, 1500))`, nil)
	end()

	for _, text := range []string{"zqnote7f3a", tracedPass} {
		if found := filesWith(t, dir, text); len(found) > 0 {
			t.Errorf("the browser has written %q into %q", text, found)
		}
	}
	if len(filesWith(t, dir, "zqcontrol7f3a")) == 0 || len(filesWith(t, dir, neutralTitle)) == 0 {
		t.Error("the files do not hold what they must; the search is blind")
	}
	ctx, _ = profile(t, dir, chromedp.Flag("restore-last-session", true), chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
		cmd.Args = slices.DeleteFunc(cmd.Args, func(s string) bool { return s == "about:blank" })
	}))
	var pages []*target.Info
	for range 100 {
		list, err := chromedp.Targets(ctx)
		must(t, err)
		pages = slices.DeleteFunc(list, func(i *target.Info) bool { return !strings.HasPrefix(i.URL, "http") || i.Title == "" })
		if len(pages) >= 5 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	again := false
	var addresses []string
	for _, page := range pages {
		b := openTabIn(t, ctx, chromedp.WithTargetID(page.TargetID), url, laptop)
		b.elsewhere(to)
		b.settle()
		addresses = append(addresses, strings.TrimPrefix(page.URL, url)+" "+page.Title)
		for stays := true; stays; stays = b.step(-1) {
			if b.count("#control") == 1 && b.value("#control") == "zqcontrol7f3a" {
				again = true
				continue
			}
			if found := b.remains(); len(found) > 0 {
				t.Errorf("%s, restored, holds %q", b.path(), found)
			}
		}
	}
	if len(pages) < 5 || !again {
		t.Errorf("restored are %q, with what was written on the other site: %v", addresses, again)
	}
	t.Logf("%d tabs restored: %q; 0 hold anything of hers, 0 files do", len(pages), addresses)
}
