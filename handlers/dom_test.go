package handlers

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// parse reads a page or a fragment as a browser does.
func parse(t testing.TB, body string) *html.Node {
	t.Helper()
	n, err := html.Parse(strings.NewReader(body))
	must(t, err)
	return n
}

// elements lists the elements below n for which match is true, in order.
func elements(n *html.Node, match func(*html.Node) bool) (list []*html.Node) {
	for child := range n.Descendants() {
		if child.Type == html.ElementNode && match(child) {
			list = append(list, child)
		}
	}
	return list
}

func tag(names ...string) func(*html.Node) bool {
	return func(n *html.Node) bool { return slices.Contains(names, n.Data) }
}

func attr(n *html.Node, name string) (value string, there bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

// byID gives the one element with an id, nil when there is none.
func byID(n *html.Node, id string) *html.Node {
	list := elements(n, func(n *html.Node) bool { v, _ := attr(n, "id"); return v == id })
	if len(list) != 1 {
		return nil
	}
	return list[0]
}

// wordsIn is the text of an element.
func wordsIn(n *html.Node) string {
	var b strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			b.WriteString(child.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// A sheet is a form as a browser would send it.
type sheet struct {
	node   *html.Node
	id     string
	action string
	swaps  bool // htmx sends it
	values url.Values
}

// sheets lists the forms of a page; at is its own address.
func sheets(n *html.Node, at string) (list []sheet) {
	for _, f := range elements(n, tag("form")) {
		s := sheet{node: f, values: valuesOf(f)}
		s.id, _ = attr(f, "id")
		s.action, _ = attr(f, "action")
		if s.action == "" {
			s.action = at
		}
		_, s.swaps = attr(f, "hx-post")
		list = append(list, s)
	}
	return list
}

// sheetOf gives the form with an id.
func sheetOf(t testing.TB, body, id string) sheet {
	t.Helper()
	for _, s := range sheets(parse(t, body), "") {
		if s.id == id {
			return s
		}
	}
	t.Fatalf("there is no form #%s in\n%s", id, body)
	return sheet{}
}

func valuesOf(form *html.Node) url.Values {
	v := url.Values{}
	for _, n := range elements(form, tag("input", "textarea", "select")) {
		name, _ := attr(n, "name")
		value, _ := attr(n, "value")
		kind, _ := attr(n, "type")
		_, checked := attr(n, "checked")
		switch {
		case n.Data == "textarea":
			var b strings.Builder
			for child := range n.ChildNodes() {
				b.WriteString(child.Data)
			}
			v.Add(name, b.String())
		case n.Data == "select":
			if options := elements(n, tag("option")); len(options) > 0 {
				chosen := options[0]
				for _, o := range options {
					if _, selected := attr(o, "selected"); selected {
						chosen = o
					}
				}
				value, _ = attr(chosen, "value")
				v.Add(name, value)
			}
		case kind == "radio" || kind == "checkbox":
			if checked {
				v.Add(name, value)
			}
		default:
			v.Add(name, value)
		}
	}
	return v
}

// wrong gives the message beside a field of a form, empty when there is none.
func (s sheet) wrong(name string) string {
	for _, n := range elements(s.node, tag("input", "textarea", "select", "fieldset")) {
		if _, invalid := attr(n, "aria-invalid"); !invalid {
			continue
		}
		about, _ := attr(n, "aria-describedby")
		place := n
		if n.Data == "fieldset" {
			if inputs := elements(n, tag("input")); len(inputs) > 0 {
				place = inputs[0]
			}
		}
		if own, _ := attr(place, "name"); own != name {
			continue
		}
		for id := range strings.FieldsSeq(about) {
			if described := byID(s.node, id); described != nil {
				if list := elements(described, func(n *html.Node) bool { class, _ := attr(n, "class"); return class == "error" }); len(list) == 1 {
					return wordsIn(list[0])
				}
			}
		}
	}
	return ""
}
