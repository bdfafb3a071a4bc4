import MatrixWire
import PorchlightSDK
import Ports
import Testing

@testable import MatrixCrypto

struct SystemSecretsTests {
  private let secrets = SystemSecrets(cost: 4, random: SeededGenerator(seed: 1))

  @Test func aPasswordIsKnownAgainAndAnotherIsNot() async throws {
    let hash = try await secrets.hash(password: "correct horse")
    #expect(try await secrets.verify(password: "correct horse", against: hash))
    #expect(try await !secrets.verify(password: "correct hors", against: hash))
    #expect(try await !secrets.verify(password: "", against: hash))
  }

  @Test func aHashSaysHowItWasMadeAndNeverThePassword() async throws {
    let hash = try await secrets.hash(password: "correct horse")
    #expect(hash.hasPrefix("$scrypt$ln=4,r=8,p=1$"))
    #expect(!hash.contains("correct"))
    #expect(hash.split(separator: "$").count == 4)
  }

  @Test func thePasswordOfNobodyIsNeverRight() async throws {
    #expect(try await !secrets.verify(password: "", against: nil))
    #expect(try await !secrets.verify(password: "anything", against: nil))
  }

  @Test func thePasswordOfTwoPeopleIsHashedToDifferentTexts() async throws {
    let (first, second) = (try await secrets.hash(password: "same"), try await secrets.hash(password: "same"))
    #expect(first != second)
  }

  @Test func aHashOfAnotherCostIsVerifiedWithItsOwn() async throws {
    let dear = SystemSecrets(cost: 6, random: SeededGenerator(seed: 2))
    let hash = try await dear.hash(password: "pw")
    #expect(hash.hasPrefix("$scrypt$ln=6,"))
    #expect(try await secrets.verify(password: "pw", against: hash))
  }

  @Test(arguments: [(-5, 1), (4, 4), (99, 18)])
  func aCostIsBroughtWithinReason(asked: Int, made: Int) async throws {
    guard made < 10 else {
      #expect(SystemSecrets.costs.upperBound == made)
      return
    }
    let hash = try await SystemSecrets(cost: asked, random: SeededGenerator(seed: 1)).hash(password: "pw")
    #expect(hash.hasPrefix("$scrypt$ln=\(made),"))
  }

  @Test(arguments: [
    "", "$", "$scrypt$", "plain", "$scrypt$ln=4,r=8,p=1$$", "$scrypt$ln=4,r=8,p=1$AAAA$AAAA",
    "$scrypt$ln=63,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$scrypt$ln=-1,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$scrypt$ln=4,r=9223372036854775807,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$scrypt$ln=20,r=32,p=16$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$scrypt$ln=4,r=8$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$scrypt$ln=4,r=8,p=1$!!!!!!!!!!!!!!!!!!!!!!$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "$argon2$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  ])
  func aTextThatIsNoHashOfOursMatchesNothing(_ text: String) async throws {
    #expect(PasswordHash(text) == nil)
    #expect(try await !secrets.verify(password: "", against: text))
  }

  @Test func aHashReadsBackAsItWasWritten() throws {
    let hash = try #require(PasswordHash(of: "pw", .init(logCost: 4), salt: Array(0..<16)))
    #expect(PasswordHash(hash.text) == hash)
  }

  @Test func whatCannotBeComputedIsNoHash() {
    let impossible = PasswordHash.Parameters(logCost: 0)
    #expect(PasswordHash(of: "pw", impossible, salt: Array(0..<16)) == nil)
    #expect(PasswordHash(impossible).matches("pw") == nil)
  }

  @Test func aTokenHasOneDigestOf32Bytes() throws {
    let token = try #require(AccessToken("abc"))
    let other = try #require(AccessToken("abd"))
    let digest = secrets.digest(of: token)
    // FIPS 180-2, appendix B.1.
    #expect(digest.bytes.prefix(4) == [0xBA, 0x78, 0x16, 0xBF])
    #expect(digest.bytes.count == 32)
    #expect(secrets.digest(of: other) != digest)
  }

  @Test func moreThanMayWaitAreSentAway() async throws {
    let narrow = SystemSecrets(cost: 12, mostWaiting: 2, random: SeededGenerator(seed: 1))
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<12 { group.addTask { (try? await narrow.hash(password: "pw")) != nil } }
      return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(outcomes.contains(false))
    #expect(outcomes.contains(true))
    // A later request finds the queue free again.
    #expect(try await narrow.hash(password: "pw").isEmpty == false)
  }
}

/// RFC 7914 section 12.
struct ScryptVectorTests {
  @Test(arguments: [
    ("", "", 4, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"),
    ("password", "NaCl", 10, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"),
    (
      "pleaseletmein", "SodiumChloride", 14, 8, 1,
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    ),
  ])
  func keysAreThoseOfTheStandard(
    password: String, salt: String, logCost: Int, blockSize: Int, parallelism: Int, expected: String
  ) throws {
    let key = PasswordHash.derive(
      password, .init(logCost: logCost, blockSize: blockSize, parallelism: parallelism),
      salt: Array(salt.utf8), bytes: 64)
    let digits = try #require(key).prefix(32).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    #expect(digits.joined() == expected)
  }
}
