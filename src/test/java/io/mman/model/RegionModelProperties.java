package io.mman.model;

import io.mman.Advice;
import io.mman.Protection;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;

/** Random sequences of changes to regions of one file, and of memory, beside a model of bytes. */
class RegionModelProperties {
  private static final int PAGE = ModelRegion.PAGE;
  private static RegionWorld open;

  @Property(tries = 200, shrinking = ShrinkingMode.BOUNDED)
  void regionsOfAFileDoWhatTheModelDoes(@ForAll("fileChains") ActionChain<RegionWorld> chain) {
    chain.run();
  }

  @Property(tries = 200, shrinking = ShrinkingMode.BOUNDED)
  void regionsOfMemoryDoWhatTheModelDoes(@ForAll("memoryChains") ActionChain<RegionWorld> chain) {
    chain.run();
  }

  @Provide
  static Arbitrary<ActionChain<RegionWorld>> fileChains() {
    return chains(6 * PAGE + 99);
  }

  @Provide
  static Arbitrary<ActionChain<RegionWorld>> memoryChains() {
    return chains(0);
  }

  @AfterTry
  void close() {
    closeOpen();
  }

  private static void closeOpen() {
    RegionWorld world = open;
    open = null;
    if (world != null && world.isOfThisThread()) {
      world.close();
    }
  }

  private static Arbitrary<ActionChain<RegionWorld>> chains(int fileBytes) {
    return ActionChain.startWith(() -> open(fileBytes))
        .withAction(6, action(map()))
        .withAction(6, action(write()))
        .withAction(2, action(copy()))
        .withAction(8, action(resize()))
        .withAction(4, action(extend()))
        .withAction(5, action(split()))
        .withAction(5, action(join()))
        .withAction(4, action(protect()))
        .withAction(4, action(advise()))
        .withAction(2, action(touch()))
        .withAction(1, action(which().map(r -> named("pin", w -> w.pin(r)))))
        .withAction(1, action(Arbitraries.just(named("unpinAll", RegionWorld::unpinAll))))
        .withAction(1, action(which().map(r -> named("close", w -> w.close(r)))))
        .withAction(1, action(Arbitraries.just(named("reopenFile", RegionWorld::reopenFile))))
        .withAction(2, action(place().map(n -> named("resizeFile " + n, w -> w.resizeFile(n)))))
        .withMaxTransformations(40);
  }

  private static RegionWorld open(int fileBytes) {
    closeOpen(); // of the same try, which is being shrunk
    open = new RegionWorld(fileBytes);
    return open;
  }

  private static Action.Independent<RegionWorld> action(
      Arbitrary<Transformer<RegionWorld>> transformers) {
    return () -> transformers;
  }

  private static Transformer<RegionWorld> named(String name, Consumer<RegionWorld> step) {
    return Transformer.mutate(
        name,
        world -> {
          step.accept(world);
          world.check();
        });
  }

  private static Arbitrary<Integer> which() {
    return Arbitraries.integers().between(0, 11);
  }

  /** A number of bytes near the start of a page. */
  private static Arbitrary<Integer> place() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 6), Arbitraries.of(0, 0, 0, 1, -1, 99, PAGE / 2))
        .as((pages, bytes) -> Math.max(0, pages * PAGE + bytes));
  }

  private static Arbitrary<Byte> value() {
    return Arbitraries.bytes().between((byte) 1, (byte) 100);
  }

  private static Arbitrary<Protection> protection() {
    return Arbitraries.of(
        Protection.READ_WRITE, Protection.READ_WRITE, Protection.READ, Protection.NONE);
  }

  private static Arbitrary<Transformer<RegionWorld>> map() {
    Arbitrary<Integer> reserves =
        Arbitraries.oneOf(Arbitraries.just(-1), place().map(n -> n + 2 * PAGE));
    Arbitrary<ModelShape> shapes =
        Combinators.combine(
                Arbitraries.of(true, false, false),
                Arbitraries.of(true, false),
                Arbitraries.integers().between(0, 4),
                Arbitraries.of(0, 0, 0, 1, 2, 3),
                protection())
            .as(ModelShape::new);
    return Combinators.combine(place(), place(), reserves, shapes)
        .as(
            (offset, size, reserve, shape) ->
                named(
                    "map " + offset + " " + size + " " + reserve + " " + shape,
                    w -> w.map(offset, size, reserve, shape)));
  }

  private static Arbitrary<Transformer<RegionWorld>> write() {
    return Combinators.combine(which(), which(), place(), place(), value())
        .as(
            (r, view, from, length, value) ->
                named(
                    "write " + r + " " + view + " " + from + " " + length + " " + value,
                    w -> w.write(r, view, from, length, value)));
  }

  private static Arbitrary<Transformer<RegionWorld>> copy() {
    return Combinators.combine(which(), place(), place(), value())
        .as((r, from, length, value) -> named("copy " + r, w -> w.copy(r, from, length, value)));
  }

  private static Arbitrary<Transformer<RegionWorld>> resize() {
    return Combinators.combine(which(), place())
        .as((r, size) -> named("resize " + r + " " + size, w -> w.resize(r, size)));
  }

  private static Arbitrary<Transformer<RegionWorld>> extend() {
    return Combinators.combine(which(), place())
        .as((r, size) -> named("extend " + r + " " + size, w -> w.extend(r, size)));
  }

  private static Arbitrary<Transformer<RegionWorld>> split() {
    return Combinators.combine(which(), place())
        .as((r, offset) -> named("split " + r + " " + offset, w -> w.split(r, offset)));
  }

  private static Arbitrary<Transformer<RegionWorld>> join() {
    return Combinators.combine(which(), which())
        .as((r, other) -> named("join " + r + " " + other, w -> w.join(r, other)));
  }

  private static Arbitrary<Transformer<RegionWorld>> protect() {
    return Combinators.combine(which(), protection())
        .as((r, p) -> named("protect " + r + " " + p, w -> w.protect(r, p)));
  }

  private static Arbitrary<Transformer<RegionWorld>> advise() {
    Arbitrary<Advice> advice =
        Arbitraries.of(
            Advice.DONTNEED, Advice.DONTNEED, Advice.REMOVE, Advice.RANDOM, Advice.DONTFORK);
    return Combinators.combine(which(), advice, place(), place())
        .as(
            (r, a, from, length) ->
                named(
                    "advise " + r + " " + a + " " + from + " " + length,
                    w -> w.advise(r, a, from, length)));
  }

  private static Arbitrary<Transformer<RegionWorld>> touch() {
    return Combinators.combine(which(), place(), place(), Arbitraries.of(true, false))
        .as((r, from, length, lock) -> named("touch " + r, w -> w.touch(r, from, length, lock)));
  }
}
