using System.Text;
using System.Text.Json;
using Dispatch.Geo.Matching;
using Xunit;

namespace Dispatch.Geo.Tests.Matching;

public sealed class ExplanationTests
{
    [Fact]
    public void The_bytes_are_pinned()
    {
        var request = Given.Request(1, Given.Volunteer(1, 1830.25), Given.Volunteer(2) with { CertificateUntil = new DateOnly(2026, 4, 30) }) with
        {
            Rings = [Given.Rings[0]],
        };
        Assert.Equal(
            """{"kind":"inputs","version":5,"content":{"incidentId":"000003e7-0000-0000-0000-000000000000","at":"2026-11-21T06:30:00.0000000Z","localDate":"2026-11-21","place":{"longitude":114.055,"latitude":22.541},"radiusMetres":5000,"hazardous":true,"lifeCritical":false,"rings":[{"number":1,"regionCode":"440304001001","path":"44.4403.440304.440304001.440304001001","level":"village","name":"园岭社区"}],"needs":[{"ordinal":1,"qualificationId":1,"qualification":"qualification1","wanted":1}],"candidates":[{"volunteerId":"00000002-0000-0000-0000-000000000000","needOrdinal":1,"ring":1,"locatedBy":"fix","distanceMetres":500,"fixAgeSeconds":60,"uncertaintyMetres":20,"certificateFrom":"2025-11-21","certificateUntil":"2026-04-30","insuredFrom":"2025-11-21","insuredUntil":"2027-11-21","dateOfBirth":"1980-05-01","fitness":"fit","assessment":"passed","locationConsent":true,"addressConsent":true,"duty":"on","withinHours":false},{"volunteerId":"00000001-0000-0000-0000-000000000000","needOrdinal":1,"ring":1,"locatedBy":"fix","distanceMetres":1830.25,"fixAgeSeconds":60,"uncertaintyMetres":20,"certificateFrom":"2025-11-21","certificateUntil":"2027-11-21","insuredFrom":"2025-11-21","insuredUntil":"2027-11-21","dateOfBirth":"1980-05-01","fitness":"fit","assessment":"passed","locationConsent":true,"addressConsent":true,"duty":"on","withinHours":false}]}}""",
            Encoding.UTF8.GetString(Explanation.WriteInputs(request)));
        Assert.Equal(
            """{"kind":"explanation","version":5,"content":{"chosen":[{"needOrdinal":1,"volunteerId":"00000001-0000-0000-0000-000000000000","ring":1,"rank":1,"distanceMetres":1830.25,"locatedBy":"fix"}],"needs":[{"needOrdinal":1,"wanted":1,"passing":1,"asked":1,"ringReached":1,"exhausted":false}],"lines":[{"needOrdinal":1,"volunteerId":"00000001-0000-0000-0000-000000000000","ring":1,"verdict":"asked","rule":"nearest","alsoRules":[],"distanceMetres":1830.25,"locatedBy":"fix","fixAgeSeconds":60,"uncertaintyMetres":20,"rank":1},{"needOrdinal":1,"volunteerId":"00000002-0000-0000-0000-000000000000","ring":1,"verdict":"out","rule":"certificateEnded","alsoRules":[],"distanceMetres":500,"locatedBy":"fix","fixAgeSeconds":60,"uncertaintyMetres":20,"date":"2026-04-30"}]}}""",
            Encoding.UTF8.GetString(Explanation.Write(Matcher.Match(request))));
    }

    [Fact]
    public void Neither_names_nor_coordinates_of_people_are_stored()
    {
        var properties = typeof(Candidate).GetProperties().Concat(typeof(ExplanationLine).GetProperties()).Select(p => p.Name).ToList();
        Assert.DoesNotContain(properties, name => name.Contains("Name", StringComparison.Ordinal) || name.Contains("Longitude", StringComparison.Ordinal) || name.Contains("Position", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"kind":"explanation","version":1,"content":null}""")]
    [InlineData("""{"kind":"inputs","version":5,"content":{"chosen":[],"needs":[],"lines":[]}}""")]
    [InlineData("""{"kind":"explanation","version":6,"content":{"chosen":[],"needs":[],"lines":[]}}""")]
    [InlineData("""{"kind":"explanation","version":0,"content":{"chosen":[],"needs":[],"lines":[]}}""")]
    [InlineData("""{"kind":"explanation","version":9,"content":{"chosen":[],"needs":[],"lines":[]}}""")]
    [InlineData("""{"kind":"explanation","version":1,"content":{"chosen":[],"needs":[],"lines":[],"more":1}}""")]
    public void Bytes_of_another_kind_or_version_are_refused(string bytes) =>
        Assert.Throws<JsonException>(() => Explanation.Read(Encoding.UTF8.GetBytes(bytes)));

    [Fact]
    public void The_two_sentences_of_the_product_come_out()
    {
        var request = Given.Request(2, Given.Volunteer(1, 1_590), Given.Volunteer(2, 1_830), Given.Volunteer(3) with { CertificateUntil = new DateOnly(2026, 4, 30) });
        var lines = Matcher.Match(request).Lines;
        var second = lines.Single(line => line.VolunteerId == Given.Id(2));
        Assert.Equal("1,830 m, 2nd behind 陈某 by 240 m", ExplanationText.En(second, _ => "陈某"));
        Assert.Equal("1,830 米，第 2 近，比陈某远 240 米", ExplanationText.Zh(second, _ => "陈某"));
        Assert.Equal("1,830 m, 2nd behind the one before by 240 m", ExplanationText.En(second));
        var ended = lines.Single(line => line.VolunteerId == Given.Id(3));
        Assert.Equal("medical certificate ended 2026-04-30", ExplanationText.En(ended, qualification: "medical"));
        Assert.Equal("医疗证书已于 2026-04-30 到期", ExplanationText.Zh(ended, qualification: "医疗"));
    }

    [Fact]
    public void Every_rule_has_words_in_both_languages()
    {
        foreach (var rule in typeof(Rules).GetFields().Select(field => (string)field.GetRawConstantValue()!))
        {
            var line = new ExplanationLine
            {
                NeedOrdinal = 1, VolunteerId = Given.Id(1), Ring = 1, Verdict = Verdict.Out, Rule = rule, DistanceMetres = 6_000, Limit = 5_000, Date = Given.Today,
                FixAgeSeconds = 8_000, AlreadyAsked = "declined", Rank = 11, BehindMetres = 5, AskedForNeed = 2, AlsoRules = [], RestedSeconds = 5_000, RecentAlerts = 3,
            };
            Assert.Contains(' ', ExplanationText.En(line)); // a sentence, not the key
            Assert.DoesNotContain('?', ExplanationText.En(line));
            Assert.Matches(@"\p{IsCJKUnifiedIdeographs}", ExplanationText.Zh(line));
        }
    }

    [Fact]
    public void A_distance_by_address_says_how_far_off_it_may_be()
    {
        var line = Matcher.Match(Given.Request(1, Given.Volunteer(1) with { LocatedBy = LocatedBy.Address, UncertaintyMetres = 300 })).Lines.Single();
        Assert.Equal("500 m, nearest (by registered address, give or take 300 m)", ExplanationText.En(line));
    }
}
