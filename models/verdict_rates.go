package models

// VerdictRate is how often the rule of the verdict says what, in per cent of
// simulated couples.
type VerdictRate struct {
	Completion int // per cent of the partner's reports that come back
	Longest    int // weeks: 4 for a fixed length, 6 for phases that run on
	Change     int // points by which the true level moves when the phase begins; negative is better

	TooEarly float64
	Met      float64 // the criterion is met: enough, as far as the numbers go
	Better   float64 // something improved and the criterion is not met
	NoChange float64
	Worse    float64
}

// VerdictRates are of 200,000 couples in each row. Their true level is 6 in the
// baseline. Weeks vary around it with a standard deviation of 1.2; within a phase
// each leans on the one before by .3. Scores are whole numbers from 0 to 10, and
// reports are missing by chance. There is one outcome, a criterion of 2 points
// below the baseline and [DefaultThresholds]; everything is done as planned, no
// flag is open, and the partner's call is left out, so that “criterion met” stands
// for what would be enough with a yes. The baseline and the phase each have four
// weeks, or run on week by week to six until three reports are there. The rule is
// looked at after each report: worse counts whenever it is said, the rest when the
// phase is over.
//
// Of the false alarms of worse, 3 of 100 couples in four fixed weeks and under 1 in
// four to six come from the average of a baseline with fewer than three reports.
var VerdictRates = []VerdictRate{
	{75, 4, 0, 41.9, 2.8, 8.8, 35.0, 11.5},
	{75, 6, 0, 6.8, 4.8, 15.1, 59.8, 13.5},
	{75, 6, -1, 7.3, 20.7, 29.1, 40.1, 2.8},
	{75, 6, -2, 7.4, 50.4, 27.0, 14.8, 0.3},
	{75, 6, -3, 7.4, 77.4, 12.2, 2.9, 0.0},
	{75, 6, 2, 3.5, 0.0, 0.5, 24.5, 71.5},
	{60, 4, -2, 77.3, 12.3, 6.5, 3.6, 0.2},
	{60, 6, -2, 32.7, 37.0, 19.5, 10.5, 0.3},
}
