# Sourced by the scripts that need a Go program with net/http/pprof: builds ./endpoint here, which computes in main.parse, and with
# an argument as much again in main.spin.
# shellcheck shell=bash
cat >main.go <<'G'
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
)

var kept [][]byte
var sum uint64

//go:noinline
func parse(n int) {
	for i := 0; i < n; i++ {
		sum = sum*31 + uint64(i)
	}
}

//go:noinline
func spin(n int) {
	for i := 0; i < n; i++ {
		sum = sum*37 + uint64(i)
	}
}

//go:noinline
func keep() { kept = append(kept, make([]byte, 64<<20)) }

func main() {
	keep()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	go http.Serve(listener, nil)
	slower := len(os.Args) > 1
	for {
		parse(1000000)
		if slower {
			spin(1000000)
		}
	}
}
G
cat >go.mod <<'G'
module endpoint

go 1.19
G
go build -o endpoint .
