// promtool's own way of testing rules, behind a main of its own; its unittest.go is taken from the module when this is built.
package main

import (
	"os"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
)

const (
	successExitCode = 0
	failureExitCode = 1
)

func main() {
	options := promqltest.LazyLoaderOpts{EnableAtModifier: true, EnableNegativeOffset: true}
	os.Exit(RulesUnitTest(options, parser.NewParser(parser.Options{}), nil, false, false, false, os.Args[1:]...))
}

// Of a case's start_timestamp.
func parseTime(text string) (time.Time, error) { return time.Parse(time.RFC3339Nano, text) }
