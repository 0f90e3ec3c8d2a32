package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

var v2Signature = "\r\n\r\n\x00\r\nQUIT\n"

// serve speaks first, as mail servers do. It shares its port with an edge that listens on every address: the kernel
// gives a connection to the listener with the more exact address.
func serve(addr, dns string) error {
	ip := net.ParseIP(strings.Split(addr, ":")[0]).To4()
	names, err := net.ListenPacket("udp4", dns)
	if err != nil {
		return err
	}
	go answerNames(names, ip)
	reusePort := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		const soReusePort = 15 // Linux; package syscall does not name it
		c.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, soReusePort, 1) })
		return err
	}}
	listener, err := reusePort.Listen(context.Background(), "tcp4", addr)
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go session(conn)
	}
}

func session(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	if err := eatProxyHeader(in); err != nil {
		return // no greeting: the client fails and says so
	}
	fmt.Fprint(conn, "220 mailbox ESMTP\r\n")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		var n int64
		switch {
		case strings.HasPrefix(line, "QUIT"):
			fmt.Fprint(conn, "221 bye\r\n")
			return
		case scan(line, "down %d", &n):
			block := make([]byte, 1<<16)
			for ; n > 0; n -= int64(len(block)) {
				if _, err := conn.Write(block[:min(n, int64(len(block)))]); err != nil {
					return
				}
			}
		case scan(line, "up %d", &n):
			if _, err := io.CopyN(io.Discard, in, n); err != nil {
				return
			}
			fmt.Fprint(conn, "250 got it\r\n")
		}
	}
}

func scan(line, format string, n *int64) bool {
	_, err := fmt.Sscanf(line, format, n)
	return err == nil
}

// eatProxyHeader reads a PROXY protocol header, version 1 (a line) or 2 (PROXY protocol specification, section 2).
func eatProxyHeader(in *bufio.Reader) error {
	if start, err := in.Peek(len(v2Signature)); err != nil || string(start) != v2Signature {
		line, err := in.ReadString('\n')
		if err == nil && !strings.HasPrefix(line, "PROXY TCP4 ") {
			err = fmt.Errorf("no PROXY header")
		}
		return err
	}
	var fixed [16]byte
	if _, err := io.ReadFull(in, fixed[:]); err != nil {
		return err
	}
	_, err := in.Discard(int(binary.BigEndian.Uint16(fixed[14:])))
	return err
}

// answerNames is a name server that knows one address (RFC 1035 section 4; time to live 0).
func answerNames(conn net.PacketConn, ip net.IP) {
	query := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(query)
		if err != nil || n < 17 {
			continue
		}
		end := 12
		for end < n && query[end] != 0 {
			end += int(query[end]) + 1
		}
		if end += 5; end > n { // the name's end, type, class
			continue
		}
		isA := binary.BigEndian.Uint16(query[end-4:]) == 1
		reply := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, query[12:end]...)
		if isA {
			reply[7] = 1
			reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			reply = append(reply, ip...)
		}
		conn.WriteTo(reply, from)
	}
}
