# pgo_program FOLDER: unpacks a real open C program there, src/*.c: Lua 5.4 from Debian's source package, 30 000 lines, whose only
# build step is the compiler; and work.lua, what it is to do. False, with a word, when it cannot be had.
pgo_program() {
    local folder=$1 lists=$1/lists
    command -v apt-get >/dev/null || { echo "no source packages of Debian here" && return 1; }
    mkdir -p "$lists/partial"
    apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | sort -u >"$folder/sources.list"
    (cd "$folder" && for step in update 'source --download-only lua5.4'; do
        # shellcheck disable=SC2086 # words
        timeout 120 apt-get -qq -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=- \
            -o Dir::State::Lists="$lists" -o APT::Get::List-Cleanup=0 -o APT::Sandbox::User=root $step >/dev/null 2>&1 || exit 1
    done && tar xf lua5.4_*.orig.tar.* --strip-components=1) || { echo "Debian's source package lua5.4 cannot be fetched" && return 1; }
    rm -f "$folder/src/luac.c"
    cat >"$folder/work.lua" <<'L'
local t, s = {}, 0
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
for round = 1, tonumber(arg[1]) do
  s = s + fib(24)
  local words, objects, count = {}, {}, 0
  for i = 1, 30000 do words[#words + 1] = string.format("%d:%s", i * 7919 % 10007, "w" .. i % 97) end
  table.sort(words)
  local text = table.concat(words, " ")
  for a, b in text:gmatch("(%d+):(%a%d+)") do t[b] = (t[b] or 0) + tonumber(a); count = count + 1 end
  s = s + count + #text:gsub("w1", "x"):upper()
  for i = 1, 20000 do objects[i] = setmetatable({x = i, y = i * 2}, {__add = function(a, b) return a.x + b.y end}) end
  for i = 2, #objects do s = s + (objects[i] + objects[i - 1]) end
end
print(s)
L
}
