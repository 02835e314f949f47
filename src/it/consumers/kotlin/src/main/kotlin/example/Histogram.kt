package example

import io.mman.Advice
import io.mman.Mapping
import java.lang.foreign.ValueLayout.JAVA_BYTE
import java.nio.file.Path

/** Counts the bytes of a file that are letters. */
fun main(arguments: Array<String>) {
  Mapping.file(Path.of(arguments[0])).advise(Advice.SEQUENTIAL).mapConfined().use { file ->
    val bytes = file.segment()
    val letters = (0L..<bytes.byteSize()).count { bytes.get(JAVA_BYTE, it).toInt().toChar().isLetter() }
    println("$letters letters in ${bytes.byteSize()} bytes")
  }
}
