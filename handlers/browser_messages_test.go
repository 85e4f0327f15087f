package handlers

import (
	"io"
	"log/slog"
	"mime/quotedprintable"
	"regexp"
	"strings"
	"testing"
	"time"

	"enough/models"
	"enough/models/modelstest"
)

// TestBrowserMessages sets the three up from an empty practice, and reads what is
// sent to them out of a mail server: the client signs in with a link, on the
// browser that asked for it and by the digits that it shows on another; both are
// reminded; and a red flag asks the therapist to sign in.
func TestBrowserMessages(t *testing.T) {
	withAndWithout(t, func(t *testing.T, s screen, options ...tabOption) {
		p, post := newEmptyPractice(t), modelstest.NewPost(t)
		vera, pavel, jitka := openTab(t, p.url, laptop, options...), openTab(t, p.url, s, options...), openTab(t, p.url, s, options...)
		vera.expect(422)
		casePage := p.openCase(vera)
		pavel.join(vera.code(casePage, "client"), "pavel")
		jitka.join(vera.code(casePage, "partner"), "jitka")
		vera.plan(casePage)
		arrived := func(to, subject string) (body string) {
			t.Helper()
			for more := true; more; {
				var err error
				more, err = p.Post(t.Context(), post.Server(t), slog.New(slog.DiscardHandler))
				must(t, err)
			}
			letters := post.Letters(t)
			l := letters[len(letters)-1]
			if l.To != to || l.Head.Get("Subject") != subject {
				t.Fatalf("the last message is “%s” to %s", l.Head.Get("Subject"), l.To)
			}
			text, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(l.Body)))
			must(t, err)
			return strings.TrimSpace(string(text))
		}

		// Each says where messages go.
		pavel.visit("/account")
		pavel.fills("address", "pavel@example.org", "hour", "18")
		pavel.chooses("remind", "yes", "day", "7")
		pavel.send("contact-form")
		pavel.is("what is said", pavel.text("main .notice"), "Saved.")
		pavel.shot("account-contact")
		jitka.turn("own")
		jitka.fill("#passphrase", modelstest.Passphrase)
		jitka.send("unlock-form")
		jitka.eval(`document.querySelectorAll('details').forEach(d => d.open = true)`, nil)
		jitka.shot("own-reach")
		jitka.chooses("channel", "email", "remind", "yes", "remind_day", "7", "subject", "hello")
		jitka.fills("reach-address", "jitka@example.org", "reach-first", "18", "reach-last", "19")
		jitka.send("reach-form")
		jitka.is("where she is", jitka.path(), visitPath)
		vera.visit("/account")
		vera.fill("#address", "vera@example.org")
		vera.send("address-form")
		vera.visit(casePage + "/messages")
		if text := vera.text("main"); !strings.Contains(text, "E-mail, jitka@example.org") {
			t.Errorf("the page of messages does not say how she is reached: %q", text)
		}
		vera.shot("messages")

		// A link, on the browser that asked.
		pavel.submit(`form[action="/signout"] button`)
		pavel.visit("/signin")
		pavel.submit(`a[href="` + askPath + `"]`)
		pavel.fill("#signin", "pavel")
		pavel.send("ask-form")
		pavel.is("after asking", pavel.path(), digitsPath)
		pavel.shot("link-asked")
		link := regexp.MustCompile(`/link/\w+`).FindString(arrived("pavel@example.org", "Your link"))
		pavel.visit(link)
		pavel.shot("link")
		pavel.send("link-form")
		pavel.is("after the link", pavel.path(), "/week")

		// And one that is opened on another.
		pavel.submit(`form[action="/signout"] button`)
		pavel.visit(askPath)
		pavel.fill("#signin", "pavel")
		pavel.send("ask-form")
		other := openTab(t, p.url, phone, options...)
		other.visit(regexp.MustCompile(`/link/\w+`).FindString(arrived("pavel@example.org", "Your link")))
		other.send("link-form")
		digits := other.text(".code")
		other.shot("link-digits")
		pavel.fill("#digits", digits)
		pavel.send("digits-form")
		pavel.is("after the digits", pavel.path(), "/week")

		// Sunday evening.
		p.Sunday()
		p.Clock.Set(p.Now().Truncate(time.Hour))
		must(t, p.PlanMessages(t.Context()))
		if body := arrived("pavel@example.org", "Weekly form"); !strings.HasPrefix(body, "Your weekly form is open until Wednesday.") {
			t.Errorf("he is told %q", body)
		}
		p.Clock.Set(p.Now().Add(time.Hour))
		must(t, p.PlanMessages(t.Context()))
		if body := arrived("jitka@example.org", "Hello from the office"); !strings.HasPrefix(body, "The form is open until Wednesday.") {
			t.Errorf("she is told %q", body)
		}
		p.couple(t).Report(t, models.PartnerReportInput{Tension: "8", Leaving: "8", SayNo: "no", Safe: "no", Pushed: "no", Contact: "soon"})
		if body := arrived("vera@example.org", "Please sign in"); !strings.HasPrefix(body, "A case needs you today.") {
			t.Errorf("the therapist is told %q", body)
		}
	})
}
