package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// follow crawls from the first page: every link, source and form, and whatever
// else on a page sends something; forms as they stand, empty, and with wrong
// values; all as a page and as a swap. It looks before it sends, sends last what
// ends something, and then looks at everything once more. It gives each answer by
// its request.
func (b *browser) follow(from string) map[string]*httptest.ResponseRecorder {
	c := &crawl{browser: b, answers: map[string]*httptest.ResponseRecorder{}, looks: []string{from}, sent: map[string]int{}}
	for c.next() {
	}
	return c.answers
}

type crawl struct {
	*browser
	answers     map[string]*httptest.ResponseRecorder
	again       string // ends the name of a request once everything has been sent
	looks       []string
	forms, last []posting
	sent        map[string]int
}

// A posting is a form on its way, in one of three states.
type posting struct {
	to     string
	state  int
	values url.Values
}

func (c *crawl) next() bool {
	switch {
	case len(c.looks) > 0:
		target := c.looks[0]
		if c.looks = c.looks[1:]; c.answers[target+c.again] == nil {
			c.take(target+c.again+" swap", target, c.send(http.MethodGet, target, nil, "HX-Request", "true"))
			c.take(target+c.again, target, c.get(target))
		}
	case len(c.forms) > 0:
		c.post(c.forms[0])
		c.forms = c.forms[1:]
	case len(c.last) > 0:
		c.post(c.last[0])
		c.last = c.last[1:]
	case c.again == "":
		for target := range c.answers {
			if strings.HasPrefix(target, "/") && !strings.Contains(target, " ") && !strings.HasPrefix(target, "/static/") {
				c.looks = append(c.looks, target)
			}
		}
		slices.Sort(c.looks)
		c.again = " again"
	default:
		return false
	}
	return true
}

// post sends a form as a swap and as a page, an empty one only so and a wrong one
// only so, and looks at where it leads: what stands there may depend on the step
// before.
func (c *crawl) post(p posting) {
	request := "POST " + p.to + " " + strconv.Itoa(p.state) + " " + p.values.Encode()
	if p.state != 2 {
		c.take(request+" swap", p.to, c.swap(p.to, p.values))
	}
	if p.state != 1 {
		w := c.browser.post(p.to, p.values)
		c.take(request, p.to, w)
		if at := w.Header().Get("Location"); strings.HasPrefix(at, "/") {
			c.take(request+" and then", at, c.get(at))
		}
	}
}

// visit notes an address to be looked at.
func (c *crawl) visit(target string) {
	if target, _, _ = strings.Cut(target, "#"); strings.HasPrefix(target, "/") {
		c.looks = append(c.looks, target)
	}
}

// take keeps an answer and notes all that can be done from it.
func (c *crawl) take(request, at string, w *httptest.ResponseRecorder) {
	c.answers[request] = w
	c.visit(w.Header().Get("Location"))
	c.visit(w.Header().Get("HX-Redirect"))
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		return
	}
	doc := parse(c.t, w.Body.String())
	for _, n := range elements(doc, func(*html.Node) bool { return true }) {
		for _, name := range []string{"href", "src", "hx-get"} {
			if target, ok := attr(n, name); ok {
				c.visit(target)
			}
		}
	}
	for _, s := range sheets(doc, at) {
		to := []string{s.action}
		for _, n := range elements(s.node, func(*html.Node) bool { return true }) {
			for _, name := range []string{"formaction", "hx-post"} {
				if target, ok := attr(n, name); ok {
					to = append(to, target)
				}
			}
		}
		method, _ := attr(s.node, "method")
		for _, target := range to {
			c.found(s, method, target)
		}
	}
}

// found notes a form to be sent: as it stands twice, since the answer to a tap
// holds the next one, and otherwise once.
func (c *crawl) found(s sheet, method, to string) {
	to, _, _ = strings.Cut(to, "#")
	if to == "/exit" || to == "/signout" {
		return
	}
	wrong := url.Values{}
	for name := range s.values {
		wrong.Set(name, "wrong\x00")
	}
	for state, values := range []url.Values{s.values, {}, wrong} {
		key := to + " " + s.id + s.values.Get("step") + strconv.Itoa(state)
		if c.sent[key]++; c.sent[key] > 2 || state > 0 && c.sent[key] > 1 {
			continue
		}
		switch p := (posting{to, state, values}); {
		case method == "get":
			c.visit(to + "?" + values.Encode())
		case ends(p):
			c.last = append(c.last, p)
		default:
			c.forms = append(c.forms, p)
		}
	}
}

// ends says whether a form ends something.
func ends(p posting) bool {
	last := p.to[strings.LastIndex(p.to, "/")+1:]
	return slices.Contains([]string{"access", "close", "reopen", "erase", "end"}, last) && !strings.HasSuffix(p.to, "flags/close") || p.values.Get("step") == "stop"
}
