-- Greets and answers like a mail server, as far as a client needs that to say good-bye. HAProxy itself tells whom it sees.
local function serve(greeting, farewell, bye, ok)
  return function(applet)
    applet:send(string.format(greeting, applet.sf:src() .. " " .. applet.sf:src_port()))
    while true do
      local line = applet:getline()
      if line == nil or line == "" then return end
      if line:upper():find(farewell) then
        applet:send(bye)
        return
      end
      applet:send(ok)
    end
  end
end

core.register_service("smtp", "tcp", serve("220 haproxy sees %s\r\n", "^QUIT", "221 bye\r\n", "250 ok\r\n"))
core.register_service("imap", "tcp", serve("* OK haproxy sees %s\r\n", "LOGOUT", "* BYE\r\na OK bye\r\n", "a OK\r\n"))
core.register_service("pop3", "tcp", serve("+OK haproxy sees %s\r\n", "^QUIT", "+OK bye\r\n", "+OK\r\n"))
core.register_service("manageSieve", "tcp", serve('"IMPLEMENTATION" "haproxy sees %s"\r\nOK\r\n', "^LOGOUT", 'OK "bye"\r\n', "OK\r\n"))
