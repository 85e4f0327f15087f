package handlers

import "enough/models"

// The addresses of pages without an object.
const (
	signinPath     = "/signin"
	signoutPath    = "/signout"
	askPath        = "/signin/link"
	digitsPath     = "/signin/digits"
	secondPath     = "/second"
	accountPath    = "/account"
	joinPath       = "/join"
	casesPath      = "/cases"
	newCasePath    = "/cases/new"
	practicePath   = "/practice"
	supervisedPath = "/supervised"
	weekPath       = "/week"
	planPath       = "/plan"
	chartPath      = "/chart"
	sharedPath     = "/shared"
	visitPath      = "/w" // the partner's whole visit
)

func casePath(id string) string        { return casesPath + "/" + id }
func flagsPath(id string) string       { return casePath(id) + "/flags" }
func supervisionPath(id string) string { return casePath(id) + "/supervision" }
func experimentPath(id string) string  { return "/experiments/" + id }
func planStepPath(id, step string) string {
	return experimentPath(id) + "/plan/" + step
}
func sightPath(id string) string           { return experimentPath(id) + "/sight" }
func phaseStepPath(id, kind string) string { return experimentPath(id) + "/step/" + kind }
func reviewPath(id string) string          { return experimentPath(id) + "/review" }
func maskedPath(id string) string          { return experimentPath(id) + "/masked" }
func decisionPath(id string) string        { return experimentPath(id) + "/decision" }
func agreementPath(id string) string       { return experimentPath(id) + "/agreement" }

func paperPath(caseID string, w models.Week, who string) string {
	return casePath(caseID) + "/weeks/" + string(w) + "/" + who
}

// homePath is where a person begins.
func homePath(role models.Role) string {
	switch role {
	case models.Therapist:
		return casesPath
	case models.Client:
		return weekPath
	case models.Partner:
		return visitPath
	}
	return signinPath
}
