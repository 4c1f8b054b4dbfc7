// A Pub/Sub in memory, on a port of this machine: what the tests of reports to Pub/Sub publish to. Ends when its standard input does.
package main

import (
	"io"
	"log"
	"os"
	"strconv"

	"cloud.google.com/go/pubsub/v2/pstest"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: pubsub PORT")
	}
	port, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatalf("not a port: %q", os.Args[1])
	}
	server := pstest.NewServerWithPort(port)
	defer server.Close()
	log.Printf("serving %s", server.Addr)
	_, _ = io.Copy(io.Discard, os.Stdin)
}
