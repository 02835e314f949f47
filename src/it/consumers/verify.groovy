// Checks the output of the programs.
def read = { project, file -> new File(basedir, "$project/target/$file").text.trim() }

assert read('class-path', 'first.txt') == 'start 1'
assert read('class-path', 'output.txt') == 'start 2'
assert read('module-path', 'output.txt') == '1073741824 bytes, 42 in the first'
assert read('release-22', 'output.txt') == 'not copied: true'
assert !read('kotlin', 'compile.txt').contains('.kt:') // no errors and no warnings
assert read('kotlin', 'output.txt') ==~ /\d+ letters in ${new File(basedir, 'kotlin/pom.xml').length()} bytes/
assert read('lucene', 'output.txt').contains('OK (')
assert read('h2', 'output.txt').contains('OK (')

// The image has none of the optional modules of the library.
assert read('image', 'image/release').contains('MODULES="java.base io.mman example.image"')
assert read('image', 'output.txt').contains('pom.xml: ')

// The error message gives the option to add, and the program works with that option.
def denied = read('denied', 'denied.txt')
assert denied.startsWith('available: false')
assert denied.contains('IllegalCallerException: ')
assert denied.contains(': add --enable-native-access=ALL-UNNAMED to the java command line')
assert !denied.contains('page size')
assert read('denied', 'output.txt') ==~ /available: true\s+page size: \d+/

// No option is needed if the manifest has the entry, and the AOT cache does not change the result.
for (file in ['output.txt', 'cached.txt']) {
  assert read('executable-jar', file) == 'after DONTNEED: 0'
}
assert read('executable-jar', 'loaded.txt') =~ /io\.mman\.Mapping source: shared objects file/
