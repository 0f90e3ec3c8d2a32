// Command load is both ends of the edge benchmark: the mailbox's side that a proxy forwards to, and the clients.
//
//	load serve ADDR DNS   mailbox on ADDR; a name server on DNS answers every name with ADDR's address
//	load wait ADDR        returns when a session through ADDR works
//	load sessions ADDR N  N sessions (connect, greeting, QUIT, close), 16 at a time
//	load down ADDR BYTES  one session that downloads BYTES
//	load up ADDR BYTES    one session that uploads BYTES
//	load idle ADDR N      holds N greeted sessions open, says "open", until standard input ends
//	load latency ADDR RATE SECONDS
//	                      RATE sessions begin in each second; prints p99 of connect-to-greeting in microseconds
//
// Anything that goes wrong, also a connection without PROXY header at the mailbox, ends it with exit code 1.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("usage: load COMMAND ADDR [NUMBER ...]"))
	}
	command, addr := os.Args[1], os.Args[2]
	var err error
	switch command {
	case "serve":
		err = serve(addr, os.Args[3])
	case "wait":
		err = wait(addr)
	case "sessions":
		err = sessions(addr, number(3))
	case "down", "up":
		err = bulk(addr, command, number(3))
	case "idle":
		err = idle(addr, number(3))
	case "latency":
		err = latency(addr, number(3), number(4))
	default:
		err = fmt.Errorf("no command %q", command)
	}
	if err != nil {
		fail(err)
	}
}

func number(arg int) int {
	if arg >= len(os.Args) {
		fail(fmt.Errorf("%s needs %d arguments", os.Args[1], arg-1))
	}
	n, err := strconv.Atoi(os.Args[arg])
	if err != nil {
		fail(err)
	}
	return n
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "load:", err)
	os.Exit(1)
}
