package handlers

import (
	"enough/models"
)

// page is the frame of every page: its title, its way around, and who is
// looking. The title of what the client and the partner see never says more
// than “Weekly form”.
type page struct {
	Title    string // in the browser's tab
	Heading  string
	Role     models.Role // empty for nobody; the layout depends on it alone
	Name     string      // only the therapist's pages say whose they are
	Nav      []link
	Back     *link
	Charts   bool   // the page has a chart
	Passkeys bool   // the page asks for a passkey
	Caseload bool   // the page lists cases
	Refetch  bool   // what the page shows may be taken back: fetch it again when it is looked at again
	Cover    bool   // “Hide answers”
	Leave    string // where “Leave this page” leads; empty where it does not stand
}

// link is an address with its words.
type link struct {
	Href, Text string
	Current    bool
}

const neutralTitle = "Weekly form"

// chrome makes the frame of a page for a viewer. at is the address of the entry
// of the way around that is current.
func (a *App) chrome(v models.Viewer, at, heading string) page {
	if v.Half {
		v = models.Viewer{}
	}
	p := page{Title: neutralTitle, Heading: heading, Role: v.Role, Name: v.Name, Leave: a.leave}
	switch v.Role {
	case models.Therapist:
		p.Title, p.Leave = heading, ""
		p.Nav = []link{{Href: casesPath, Text: "Cases"}}
		if v.Owner {
			p.Nav = append(p.Nav, link{Href: practicePath, Text: "Practice"})
		}
		p.Nav = append(p.Nav, link{Href: accountPath, Text: "Account"})
	case models.Partner:
		p.Name = ""
	case models.Client:
		p.Name = ""
		p.Nav = []link{{Href: weekPath, Text: "This week"}, {Href: planPath, Text: "Plan"}, {Href: chartPath, Text: "Chart"}, {Href: sharedPath, Text: "Shared"}, {Href: accountPath, Text: "Account"}}
	}
	for i := range p.Nav {
		p.Nav[i].Current = p.Nav[i].Href == at
	}
	return p
}

// back sets the way back to the page above.
func (p page) back(href, text string) page {
	p.Back = &link{Href: href, Text: text}
	return p
}

// simplePage is a page of one form with a few words before it.
type simplePage struct {
	Page    page
	Warning string // what must be so before the form is sent
	Intro   []string
	Form    form
	Links   []link // further ways, under the form
}

func (simplePage) template() string { return "simple" }
