using TusUpload.Pipeline.Storage;

namespace TusUpload.UnitTests.Pipeline.Storage;

public sealed class ObjectKeyTests
{
    [Fact]
    public void A_key_holds_workspace_and_id_and_is_valid()
    {
        var (workspace, id) = (Guid.CreateVersion7(), Guid.Parse("01994d5e-6a00-7000-8000-0000000000ef"));

        var key = ObjectKey.For(null, workspace, id);

        Assert.Equal($"{workspace:n}/ef/01994d5e-6a00-7000-8000-0000000000ef", key);
        Assert.True(ObjectKey.IsValid(key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\0b")]
    public void What_is_no_plain_relative_path_is_invalid(string key) => Assert.False(ObjectKey.IsValid(key));

    [Fact]
    public void A_key_says_whose_object_it_is()
    {
        var (workspace, id) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var key = ObjectKey.For(null, workspace, id);

        Assert.Equal(id, ObjectKey.FileOf(key));
        Assert.Equal(id, ObjectKey.FileOf(ObjectKey.For("images", workspace, id)));
        Assert.Equal(
            [null, null, null, null, null],
            new[] { "", id.ToString(), $"x/y/{key}", key.ToUpperInvariant(), $"{workspace:n}/00x/{id}" }.Select(ObjectKey.FileOf));
    }

    [Fact]
    public void A_path_with_a_bucket_begins_with_it()
    {
        var (workspace, id) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        Assert.Equal(("images", ObjectKey.For(null, workspace, id)), ObjectKey.Split(ObjectKey.For("images", workspace, id)));
        Assert.Throws<ArgumentException>(() => ObjectKey.Split("images"));
    }

    [Fact]
    public void A_key_has_at_most_300_characters()
    {
        Assert.True(ObjectKey.IsValid(new string('a', 300)));
        Assert.False(ObjectKey.IsValid(new string('a', 301)));
    }
}
