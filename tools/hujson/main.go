// Command hujson reads policy files as Tailscale does. Its input is a JSON array of texts, its output an array of
// {"text": ...} or {"error": ...}, one for each: `hujson parse` gives a text back as standard JSON, `hujson format`
// formatted as the admin console does it.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/tailscale/hujson"
)

type answer struct {
	Text  string `json:"text,omitempty"`
	Error string `json:"error,omitempty"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 || (os.Args[1] != "parse" && os.Args[1] != "format") {
		log.Fatal("usage: hujson parse|format <texts.json")
	}
	work := map[string]func([]byte) ([]byte, error){"parse": hujson.Standardize, "format": hujson.Format}[os.Args[1]]
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		log.Fatal(err)
	}
	answers := make([]answer, len(texts))
	for i, text := range texts {
		if out, err := work([]byte(text)); err != nil {
			answers[i].Error = err.Error()
		} else {
			answers[i].Text = string(out)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}
