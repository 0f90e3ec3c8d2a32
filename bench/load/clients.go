package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

// client is one greeted session; nothing may take longer than a minute.
type client struct {
	net.Conn
	in *bufio.Reader
}

func connect(addr string) (*client, error) {
	conn, err := net.DialTimeout("tcp4", addr, 10*time.Second)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(time.Minute))
	c := &client{conn, bufio.NewReaderSize(conn, 512)}
	if err := c.expect("220"); err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *client) expect(code string) error {
	line, err := c.in.ReadString('\n')
	if err == nil && !strings.HasPrefix(line, code) {
		err = fmt.Errorf("got %q instead of %s", line, code)
	}
	return err
}

func (c *client) quit() error {
	defer c.Close()
	fmt.Fprint(c, "QUIT\r\n")
	if err := c.expect("221"); err != nil {
		return err
	}
	_, err := c.in.ReadByte() // the other side closes
	if err == io.EOF {
		return nil
	}
	return fmt.Errorf("no end after QUIT: %v", err)
}

func session1(addr string) error {
	c, err := connect(addr)
	if err != nil {
		return err
	}
	return c.quit()
}

func wait(addr string) (err error) {
	for tries := 0; tries < 200; tries++ {
		if err = session1(addr); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// spread does something n times, 16 at a time, and gives the first error.
func spread(n int, do func() error) error {
	var wg sync.WaitGroup
	todo, errs := make(chan struct{}, n), make(chan error, n)
	for range n {
		todo <- struct{}{}
	}
	close(todo)
	for range 16 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range todo {
				if err := do(); err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	wg.Wait()
	close(errs)
	return <-errs
}

func sessions(addr string, n int) error {
	return spread(n, func() error { return session1(addr) })
}

func bulk(addr, direction string, bytes int) error {
	c, err := connect(addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(c, "%s %d\r\n", direction, bytes)
	if direction == "down" {
		if _, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, io.LimitReader(c.in, int64(bytes)), make([]byte, 1<<16)); err != nil {
			return err
		}
	} else {
		block := make([]byte, 1<<16)
		for left := bytes; left > 0; left -= len(block) {
			if _, err := c.Write(block[:min(left, len(block))]); err != nil {
				return err
			}
		}
		if err := c.expect("250"); err != nil {
			return err
		}
	}
	return c.quit()
}

func idle(addr string, n int) error {
	held := make(chan *client, n)
	err := spread(n, func() error {
		c, err := connect(addr)
		if err == nil {
			held <- c
		}
		return err
	})
	if err != nil {
		return err
	}
	fmt.Println("open")
	io.Copy(io.Discard, os.Stdin)
	close(held)
	for c := range held {
		c.Close()
	}
	return nil
}

// latency begins sessions at fixed times, whether or not earlier ones have ended, so that a slow proxy cannot slow the load.
func latency(addr string, rate, seconds int) error {
	n := rate * seconds
	took, errs := make([]time.Duration, n), make(chan error, n)
	start := time.Now()
	for i := range n {
		at := start.Add(time.Duration(i) * time.Second / time.Duration(rate))
		time.Sleep(time.Until(at))
		go func() {
			began := time.Now()
			c, err := connect(addr)
			took[i] = time.Since(began)
			if err == nil {
				err = c.quit()
			}
			errs <- err
		}()
	}
	for range n {
		if err := <-errs; err != nil {
			return err
		}
	}
	sort.Slice(took, func(a, b int) bool { return took[a] < took[b] })
	fmt.Println(took[n*99/100].Microseconds())
	return nil
}
