package proof

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// A phone is a browser with its cookies. It follows no redirects and never
// sends anything twice by itself.
type phone struct {
	http    http.Client
	cookies map[string]string
}

func newPhone() *phone {
	return &phone{cookies: map[string]string{}, http: http.Client{Timeout: 30 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is what the program answered.
type answer struct {
	status   int
	location string
	body     string
}

// acknowledged says whether a form was taken.
func (a answer) acknowledged() bool { return a.status >= 200 && a.status < 400 }

func (a answer) String() string {
	text := a.body
	if page, err := html.Parse(strings.NewReader(a.body)); err == nil {
		text = strings.Join(strings.Fields(words(page)), " ")
	}
	return fmt.Sprintf("%d %s %.700s", a.status, a.location, text)
}

func (p *phone) get(addr, path string) (answer, error) {
	return p.send(addr, http.MethodGet, path, nil)
}

func (p *phone) post(addr, path string, form url.Values) (answer, error) {
	return p.send(addr, http.MethodPost, path, strings.NewReader(form.Encode()))
}

func (p *phone) send(addr, method, path string, body io.Reader) (answer, error) {
	r, err := http.NewRequest(method, "http://"+addr+path, body)
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range p.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := p.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, err
	}
	for _, c := range res.Cookies() {
		if c.MaxAge < 0 || c.Value == "" {
			delete(p.cookies, c.Name)
		} else {
			p.cookies[c.Name] = c.Value
		}
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(text)}, nil
}

// A sheet is a form as its page hands it out.
type sheet struct {
	id, action string
	values     url.Values
	asked      string // what it asks a passkey
}

// sheets lists the forms of a page at an address.
func sheets(body, at string) (list []sheet) {
	page, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return nil
	}
	for n := range page.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" {
			s := sheet{id: attr(n, "id"), action: attr(n, "action"), values: url.Values{}}
			if s.action == "" {
				s.action = at
			}
			for field := range n.Descendants() {
				s.read(field)
				if field.Type == html.ElementNode && has(field, "data-ask") {
					s.asked = attr(field, "data-ask")
				}
			}
			list = append(list, s)
		}
	}
	return list
}

// read takes the value of one field, as a browser would send it.
func (s sheet) read(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	name, kind := attr(n, "name"), attr(n, "type")
	switch {
	case name == "":
	case n.Data == "textarea":
		s.values.Add(name, strings.TrimPrefix(words(n), "\n"))
	case n.Data == "select":
		value, first := "", true
		for o := range n.Descendants() {
			if o.Type == html.ElementNode && o.Data == "option" && (first || has(o, "selected")) {
				value, first = attr(o, "value"), false
			}
		}
		s.values.Add(name, value)
	case n.Data == "input" && (kind == "radio" || kind == "checkbox"):
		if has(n, "checked") {
			s.values.Add(name, attr(n, "value"))
		}
	case n.Data == "input":
		s.values.Add(name, attr(n, "value"))
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func words(n *html.Node) string {
	var b strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			b.WriteString(child.Data)
		}
	}
	return b.String()
}
